import de.bwaldvogel.mongo.*;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.util.List;

/** Says a wire version that today's drivers speak to: its own, 8, is refused. Prints its port; ends when its input does. */
public class WireServer implements MongoVersion {
  public List<Integer> getVersionArray() { return List.of(4, 4, 0); }
  public int getWireVersion() { return 9; }
  public static void main(String[] args) throws Exception {
    System.out.println(new MongoServer(new MemoryBackend().version(new WireServer())).bind().getPort());
    while (System.in.read() >= 0);
    System.exit(0);
  }
}
