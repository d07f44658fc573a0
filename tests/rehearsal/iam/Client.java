import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Kafka's clients, with the properties of a file: each line of input is a command, with one line of output. */
public final class Client {
    private static final String ANSWER = "answer: ";
    private static KafkaProducer<String, String> open;

    public static void main(String[] arguments) throws Exception {
        Properties settings = new Properties();
        try (Reader file = Files.newBufferedReader(Path.of(arguments[0]))) {
            settings.load(file);
        }
        var lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            try {
                run(line.split(" "), settings);
                System.out.println(ANSWER + "done");
            } catch (ExecutionException error) {
                print(error.getCause());
            } catch (KafkaException error) {
                print(error);
            }
        }
    }

    private static void print(Throwable cause) {
        System.out.println(ANSWER + cause.getClass().getSimpleName() + ": " + cause.getMessage());
    }

    private static void run(String[] words, Properties settings) throws Exception {
        switch (words[0]) {
            case "produce" -> {
                open = open == null ? new KafkaProducer<>(settings) : open;
                open.send(new ProducerRecord<>(words[1], words[2])).get();
            }
            case "close" -> {
                open.close();
                open = null;
            }
            case "produce-anew" -> {
                try (var producer = new KafkaProducer<String, String>(settings)) {
                    producer.send(new ProducerRecord<>(words[1], words[2])).get();
                }
            }
            case "consume" -> consume(words[1], words[2], settings);
            default -> {
                try (Admin admin = Admin.create(settings)) {
                    administer(words, admin);
                }
            }
        }
    }

    /** Polls until there is a record, then commits. */
    private static void consume(String topic, String group, Properties settings) {
        Properties own = new Properties();
        own.putAll(settings);
        own.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        own.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        try (var consumer = new KafkaConsumer<>(own, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(topic));
            while (consumer.poll(Duration.ofSeconds(1)).isEmpty()) {
                continue;
            }
            consumer.commitSync();
        }
    }

    private static void administer(String[] words, Admin admin) throws Exception {
        switch (words[0]) {
            case "connect" -> admin.describeCluster().nodes().get();
            case "create" -> admin.createTopics(List.of(new NewTopic(words[1], 1, (short) 1))).all().get();
            case "acls" -> admin.describeAcls(AclBindingFilter.ANY).values().get();
            default -> throw new IllegalArgumentException(words[0]);
        }
    }
}
