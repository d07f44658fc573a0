package rehearsal.connect;

/** Writes JSON. */
final class Json {
    private Json() {
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
