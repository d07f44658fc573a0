package rehearsal.connect;

import java.util.Map;
import java.util.zip.CRC32;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/** A producer interceptor that changes nothing: it logs the topic and a fingerprint of each message before it is sent. */
public final class SentRecordObserver implements ProducerInterceptor<byte[], byte[]> {
    @Override
    public ProducerRecord<byte[], byte[]> onSend(ProducerRecord<byte[], byte[]> record) {
        SourceRecordLog.current().sent(record.topic(), fingerprint(record.key()) + "-" + fingerprint(record.value()));
        return record;
    }

    /** Length and checksum; {@code rehearsal.events.fingerprint} computes the same. */
    private static String fingerprint(byte[] bytes) {
        if (bytes == null) {
            return "";
        }
        CRC32 checksum = new CRC32();
        checksum.update(bytes);
        return bytes.length + "." + Long.toHexString(checksum.getValue());
    }

    @Override
    public void onAcknowledgement(RecordMetadata metadata, Exception exception) {
    }

    @Override
    public void close() {
    }

    @Override
    public void configure(Map<String, ?> properties) {
    }
}
