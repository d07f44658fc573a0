import java.util.ArrayList;
import java.util.List;
import org.apache.log4j.AppenderSkeleton;
import org.apache.log4j.Level;
import org.apache.log4j.Logger;
import org.apache.log4j.spi.LoggingEvent;

/** Errors that are logged meanwhile. */
final class Errors extends AppenderSkeleton {
    private final List<String> messages = new ArrayList<>();

    private Errors() {
        setThreshold(Level.ERROR);
    }

    static Errors begin() {
        Errors errors = new Errors();
        Logger.getRootLogger().addAppender(errors);
        return errors;
    }

    List<String> end() {
        Logger.getRootLogger().removeAppender(this);
        return messages;
    }

    @Override
    protected void append(LoggingEvent event) {
        messages.add(event.getRenderedMessage());
    }

    @Override
    public void close() {}

    @Override
    public boolean requiresLayout() {
        return false;
    }
}
