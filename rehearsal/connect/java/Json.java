package rehearsal.connect;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.connect.data.Struct;

/** Writes JSON. */
final class Json {
    private Json() {
    }

    /** A value of Kafka Connect, whatever its schema says; bytes as text where they are UTF-8, else in Base64. */
    static String value(Object value) {
        if (value instanceof Struct) {
            Struct struct = (Struct) value;
            return struct.schema().fields().stream()
                .map(field -> text(field.name()) + ":" + value(struct.get(field)))
                .collect(Collectors.joining(",", "{", "}"));
        }
        if (value instanceof Map) {
            return ((Map<?, ?>) value).entrySet().stream()
                .map(entry -> text(String.valueOf(entry.getKey())) + ":" + value(entry.getValue()))
                .collect(Collectors.joining(",", "{", "}"));
        }
        if (value instanceof List) {
            return ((List<?>) value).stream().map(Json::value).collect(Collectors.joining(",", "[", "]"));
        }
        if (value instanceof byte[]) {
            return text(bytes(ByteBuffer.wrap((byte[]) value)));
        }
        if (value instanceof ByteBuffer) {
            return text(bytes(((ByteBuffer) value).duplicate()));
        }
        if (value instanceof Date) {
            return text(((Date) value).toInstant().toString());
        }
        if (value instanceof Number && Double.isFinite(((Number) value).doubleValue())) {
            return value.toString();
        }
        return value == null || value instanceof Boolean ? String.valueOf(value) : text(value.toString());
    }

    private static String bytes(ByteBuffer content) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(content.duplicate()).toString();
        } catch (CharacterCodingException binary) {
            return StandardCharsets.ISO_8859_1.decode(Base64.getEncoder().encode(content)).toString();
        }
    }

    static String text(String value) {
        StringBuilder json = new StringBuilder(value.length() + 2).append('"');
        for (int index = 0; index < value.length(); index++) {
            char one = value.charAt(index);
            if (one == '"' || one == '\\') {
                json.append('\\').append(one);
            } else if (one < ' ' || Character.isSurrogate(one)) {
                json.append(String.format("\\u%04x", (int) one));
            } else {
                json.append(one);
            }
        }
        return json.append('"').toString();
    }
}
