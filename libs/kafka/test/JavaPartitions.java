import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.HexFormat;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;

/** Reads keys in hexadecimal, one a line, and prints the partitions of 7 and of 12 that Kafka's own client chooses. */
class JavaPartitions {
  public static void main(String[] args) throws Exception {
    var in = new BufferedReader(new InputStreamReader(System.in));
    var out = new StringBuilder();
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      byte[] key = HexFormat.of().parseHex(line);
      out.append(BuiltInPartitioner.partitionForKey(key, 7)).append(' ');
      out.append(BuiltInPartitioner.partitionForKey(key, 12)).append('\n');
    }
    System.out.print(out);
  }
}
