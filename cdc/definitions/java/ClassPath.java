import java.io.File;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The classes in the jars of the class path. */
final class ClassPath {
    private static final String SUFFIX = ".class";

    private ClassPath() {}

    /** Sorted by name, not initialized; without classes that need missing classes. */
    static List<Class<?>> under(String prefix) throws IOException {
        List<Class<?>> found = new ArrayList<>();
        for (String name : names(prefix)) {
            try {
                Class<?> type = Class.forName(name, false, ClassPath.class.getClassLoader());
                type.getDeclaredFields();
                found.add(type);
            } catch (ClassNotFoundException | LinkageError error) {
                System.err.println("without " + name + ": " + error);
            }
        }
        return found;
    }

    /** Public classes with a public constructor without parameters. */
    static List<Class<?>> implementing(Class<?> kind, String prefix) throws Exception {
        List<Class<?>> found = new ArrayList<>();
        for (Class<?> type : under(prefix)) {
            int modifiers = type.getModifiers();
            boolean whole = Modifier.isPublic(modifiers) && !Modifier.isAbstract(modifiers);
            if (kind.isAssignableFrom(type) && whole && made(type)) {
                found.add(type);
            }
        }
        return found;
    }

    static Object instance(Class<?> type) throws Exception {
        return type.getConstructor().newInstance();
    }

    private static boolean made(Class<?> type) {
        for (var constructor : type.getConstructors()) {
            if (constructor.getParameterCount() == 0) {
                return true;
            }
        }
        return false;
    }

    private static List<String> names(String prefix) throws IOException {
        List<String> names = new ArrayList<>();
        String folder = prefix.replace('.', '/');
        for (String jar : System.getProperty("java.class.path").split(File.pathSeparator)) {
            try (ZipFile content = new ZipFile(jar)) {
                for (ZipEntry entry : Collections.list(content.entries())) {
                    String name = entry.getName();
                    if (name.startsWith(folder) && name.endsWith(SUFFIX)) {
                        names.add(name.substring(0, name.length() - SUFFIX.length()).replace('/', '.'));
                    }
                }
            }
        }
        Collections.sort(names);
        return names.stream().distinct().toList();
    }
}
