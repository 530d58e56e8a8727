// Every key Meridian keeps in a region's Redis. What scripts must change together carries the tag {meridian}: one slot of a
// Redis Cluster. It holds no more than a line per room and node; journals, which are large, are spread by room.
//
//   {meridian}:nodes                     set     ids of nodes that may own something
//   {meridian}:lease:<node>              string  NodeInfo as JSON; expires with the lease
//   {meridian}:dead:<node>               string  tombstone: this id never gets a lease again
//   {meridian}:peer:<node>               string  its peer address; outlives the lease, so that it can be asked whether it is gone
//   {meridian}:silent:<node>             string  it came back after a silence a moment ago; expires
//   {meridian}:rooms                     hash    roomId → listing (Colyseus' IRoomCache) as JSON
//   {meridian}:buckets                   hash    roomId → "<created at, ms>\n<bucket>\n<bucket>…": where it is found when joinable
//   {meridian}:owners                    hash    roomId → "<node> <epoch> <durable 1|0>"; node is "-" for an orphan
//   {meridian}:rooms-of:<node>           set     its room ids
//   {meridian}:trial:<node>              set     rooms it has just loaded
//   {meridian}:orphans                   zset    room ids, scored by deaths
//   {meridian}:deaths                    hash    roomId → nodes that ended while it was on trial
//   {meridian}:lost:<room>               string  why it is gone; expires after an hour
//   {meridian}:joinable:<bucket>         zset    joinable rooms of a name and filter, oldest first
//   {meridian}:creating:<bucket>         string  whose turn it is to make one; expires
//   meridian:journal:{<room>}            stream  ids are <epoch>-<sequence>
//   meridian:calls:<node>                channel requests and replies between nodes

const TAG = '{meridian}';

export const redisKeys = {
  nodes: `${TAG}:nodes`,
  lease: (nodeId: string) => `${TAG}:lease:${nodeId}`,
  dead: (nodeId: string) => `${TAG}:dead:${nodeId}`,
  peer: (nodeId: string) => `${TAG}:peer:${nodeId}`,
  silent: (nodeId: string) => `${TAG}:silent:${nodeId}`,
  rooms: `${TAG}:rooms`,
  buckets: `${TAG}:buckets`,
  owners: `${TAG}:owners`,
  roomsOf: (nodeId: string) => `${TAG}:rooms-of:${nodeId}`,
  trial: (nodeId: string) => `${TAG}:trial:${nodeId}`,
  orphans: `${TAG}:orphans`,
  deaths: `${TAG}:deaths`,
  lost: (roomId: string) => `${TAG}:lost:${roomId}`,
  joinable: (bucket: string) => `${TAG}:joinable:${bucket}`,
  creating: (bucket: string) => `${TAG}:creating:${bucket}`,
  journal: (roomId: string) => `meridian:journal:{${roomId}}`,
  calls: (nodeId: string) => `meridian:calls:${nodeId}`,
} as const;
