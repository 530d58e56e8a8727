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
//   {meridian}:suspects-rest             string  while it is there, nobody claims a room that has deaths
//   {meridian}:lost:<room>               string  why it is gone; expires after an hour
//   {meridian}:joinable:<bucket>         zset    joinable rooms of a name and filter, oldest first
//   {meridian}:creating:<bucket>         string  whose turn it is to make one; expires
//   {meridian}:orders                    set     what holds for the region until it is taken back (RegionOrder)
//   {meridian}:copies-of:<region>        hash    roomId → "<epoch>\n<listing>\n<buckets>": rooms of that region, should it go down
//   {meridian}:copies-asked:<region>     hash    node there → mark of its last question for its rooms; @ → when the last came, ms
//   {meridian}:evacuated:<region>:<room> string  the epoch from which the room lives here; expires after a week
//   {meridian}:release                   string  what share of new rooms each build gets: a ReleaseRecord as JSON
//   {meridian}:release-history           list    the same after each change, the newest first
//   meridian:copy:{<room>}               stream  the journal of another region's room, under the ids it has there
//   meridian:journal:{<room>}            stream  ids are <epoch>-<sequence>
//   meridian:calls:<node>                channel requests and replies between nodes
//
// The link to another region (<peer>), in this region's Redis; scripts change what belongs to one peer together.
//
//   meridian:link:snapshots              hash    what is the case here: name → "<version>\n<life, ms>\n<JSON>"
//   meridian:link:{<peer>}:out           stream  messages for the peer; ids are <epoch>-<sequence>
//                                                i ULID, x expires at (ms; 0: never), t stored at (ms), m envelope as JSON
//   meridian:link:{<peer>}:state         hash    of `out`: replid, epoch, sequence, acknowledged, confirmed, expired, refused
//   meridian:link:{<peer>}:bridge        string  the node that carries `out` to the peer; expires
//   meridian:link:{<peer>}:in:<epoch>    stream  messages from the peer under the ids they have there; group `region`
//                                                i ULID, m envelope, r sent again | x it was dropped | h all before it had expired | g gap
//   meridian:link:{<peer>}:epochs        zset    the peer's epochs, in order of arrival
//   meridian:link:{<peer>}:worker        string  the node that takes work from the peer; expires
//   meridian:link:{<peer>}:heard         string  when the peer was last heard of, ms
//   meridian:link:{<peer>}:snapshots     hash    what is the case there: name → "<version>\n<arrived, ms>\n<life, ms>\n<JSON>"
//
// Caches: what a process had of a store, for the others (src/storage/cache).
//
//   meridian:cache:{<cache>:<key>}       string  "<revision> <value>"; expires
//   meridian:cache:{<cache>:<key>}:lock  string  token of the process that loads it; expires
//   meridian:cache:<cache>               channel {key, revision} after each write
//
// Profiles: writes that wait for the store.
//
//   {meridian:deferred}:writes:*         a queue of BullMQ; a job is <player>/<operation id with slashes for colons>
//   {meridian:soft}:due                  zset    players with soft values, scored by when they are written, ms
//   {meridian:soft}:of:<player>          hash    s:<section> → "<version> <JSON>", # → newest version, @ → token of who writes it,
//                                                @until → end of that claim, ms
//
// Matchmaking: tickets and parties of this region; scripts change them together (ticket-index, party-index), in a slot of their own.
//
//   {meridian:mm}:claims                 zset    ids of claimed tickets, scored by the end of the claim, ms
//   {meridian:mm}:ticket:<ticket>        hash    head, state: the record as JSON in two halves; kind, match, queue, players, player:<n>;
//                                                expires a minute after its end; two hours after it came, when nobody ends it
//   {meridian:mm}:queue:<queue>          zset    tickets that wait, claimed ones included, scored by when they came, ms
//   {meridian:mm}:player:<player>        string  the ticket he waits on; his last one for a minute after its end
//   {meridian:mm}:reported:<match>       string  its result has been counted; expires after a day
//   {meridian:mm}:party:<party>          list    head as JSON, code, then player and member as JSON for each, the leader first
//   {meridian:mm}:party-code:<code>      string  party id
//   {meridian:mm}:party-of:<player>      string  party id; all three expire an hour after the last change
//   meridian:mm:tickets                  channel the record after each change of a ticket
//   meridian:mm:parties                  channel {party} after each change of it | {left: <player>}
//
// Analytics: events between those who record and those who write them, and, apart from them, whose they are.
//
//   meridian:analytics:events            stream  e an EventRecord as JSON; group `sinks`; acknowledged entries are deleted
//   {meridian:analytics}:alias:<player>  string  his pseudonym; expires 90 days after its last use
//   {meridian:analytics}:erased:<mark>   string  he was erased (SHA-256 of his id); expires after a day
//
// The incident bot of this region; scripts change its keys together.
//
//   {meridian:incidents}:turn            string  id of the bot that acts; expires
//   {meridian:incidents}:state           string  IncidentState as JSON
//   {meridian:incidents}:inbox           list    alerts and answers of operators that nobody has read yet, as JSON, the oldest first
//
// Accounts of this region.
//
//   {meridian:auth}:revocations          zset    revocations as JSON, scored by when nobody needs them any more, ms
//   meridian:auth:revocations            channel each as it is added

// Operators of this region.
//
//   meridian:audit                       stream  e an AuditEntry as JSON; the newest ten thousand

const TAG = '{meridian}';
const MATCHMAKING_TAG = '{meridian:mm}';
const SOFT_TAG = '{meridian:soft}';
const ANALYTICS_TAG = '{meridian:analytics}';

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
  suspectsRest: `${TAG}:suspects-rest`,
  lost: (roomId: string) => `${TAG}:lost:${roomId}`,
  joinable: (bucket: string) => `${TAG}:joinable:${bucket}`,
  creating: (bucket: string) => `${TAG}:creating:${bucket}`,
  orders: `${TAG}:orders`,
  copiesOf: (regionId: string) => `${TAG}:copies-of:${regionId}`,
  release: `${TAG}:release`,
  releaseHistory: `${TAG}:release-history`,
  journalCopy: (roomId: string) => `meridian:copy:{${roomId}}`,
  journal: (roomId: string) => `meridian:journal:{${roomId}}`,
  calls: (nodeId: string) => `meridian:calls:${nodeId}`,
  linkSnapshots: 'meridian:link:snapshots',
  linkOut: (peerId: string) => `meridian:link:{${peerId}}:out`,
  linkState: (peerId: string) => `meridian:link:{${peerId}}:state`,
  linkBridge: (peerId: string) => `meridian:link:{${peerId}}:bridge`,
  linkIn: (peerId: string, epoch: number) => `meridian:link:{${peerId}}:in:${epoch}`,
  linkEpochs: (peerId: string) => `meridian:link:{${peerId}}:epochs`,
  linkWorker: (peerId: string) => `meridian:link:{${peerId}}:worker`,
  linkHeard: (peerId: string) => `meridian:link:{${peerId}}:heard`,
  snapshotsOf: (peerId: string) => `meridian:link:{${peerId}}:snapshots`,
  cached: (cache: string, key: string) => `meridian:cache:{${cache}:${key}}`,
  cacheNews: (cache: string) => `meridian:cache:${cache}`,
  cachedLock: (cache: string, key: string) => `meridian:cache:{${cache}:${key}}:lock`,
  /** BullMQ names its keys itself. */
  deferredWrites: { prefix: '{meridian:deferred}', name: 'writes' },
  softDue: `${SOFT_TAG}:due`,
  softShelf: (playerId: string) => `${SOFT_TAG}:of:${playerId}`,
  ticketClaims: `${MATCHMAKING_TAG}:claims`,
  ticket: (ticketId: string) => `${MATCHMAKING_TAG}:ticket:${ticketId}`,
  ticketQueue: (queue: string) => `${MATCHMAKING_TAG}:queue:${queue}`,
  ticketOf: (playerId: string) => `${MATCHMAKING_TAG}:player:${playerId}`,
  matchReported: (matchId: string) => `${MATCHMAKING_TAG}:reported:${matchId}`,
  party: (partyId: string) => `${MATCHMAKING_TAG}:party:${partyId}`,
  partyCode: (code: string) => `${MATCHMAKING_TAG}:party-code:${code}`,
  partyOf: (playerId: string) => `${MATCHMAKING_TAG}:party-of:${playerId}`,
  ticketChanges: 'meridian:mm:tickets',
  partyChanges: 'meridian:mm:parties',
  analyticsEvents: 'meridian:analytics:events',
  analyticsAlias: (playerId: string) => `${ANALYTICS_TAG}:alias:${playerId}`,
  analyticsErased: (mark: string) => `${ANALYTICS_TAG}:erased:${mark}`,
  incidentTurn: '{meridian:incidents}:turn',
  incidentState: '{meridian:incidents}:state',
  incidentInbox: '{meridian:incidents}:inbox',
  revocations: '{meridian:auth}:revocations',
  revocationNews: 'meridian:auth:revocations',
  audit: 'meridian:audit',
} as const;
