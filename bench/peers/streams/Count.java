import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;

/** Counts the records of each key, kept in RocksDB with a changelog: from the first record to the last. */
public final class Count {
    public static void main(String[] words) throws InterruptedException {
        String bootstrap = words[0], topic = words[1], guarantee = words[3], folder = words[5];
        long records = Long.parseLong(words[2]);
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "bench-streams-" + guarantee);
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, guarantee);
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, Integer.parseInt(words[4]));
        settings.put(StreamsConfig.STATE_DIR_CONFIG, folder);
        settings.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
        settings.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");

        AtomicLong seen = new AtomicLong(), began = new AtomicLong(), ended = new AtomicLong();
        CountDownLatch done = new CountDownLatch(1);
        StreamsBuilder builder = new StreamsBuilder();
        builder.<byte[], byte[]>stream(topic).groupByKey().aggregate(
            () -> new byte[8],
            (key, value, held) -> {
                long number = seen.incrementAndGet();
                if (number == 1) {
                    began.set(System.nanoTime());
                }
                if (number == records) {
                    ended.set(System.nanoTime());
                    done.countDown();
                }
                return plusOne(held);
            });
        try (KafkaStreams streams = new KafkaStreams(builder.build(), settings)) {
            streams.start();
            done.await();
        }
        System.out.println((ended.get() - began.get()) / 1e9);
    }

    private static byte[] plusOne(byte[] held) {
        byte[] next = held.clone();
        for (int place = next.length - 1; place >= 0 && ++next[place] == 0; place--) {
            // carried on to the next place
        }
        return next;
    }
}
