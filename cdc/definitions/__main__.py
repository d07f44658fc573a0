"""``python -m cdc.definitions``: generates modules/debezium/releases again."""

from cdc.definitions.generating import FOLDER, generated
from cdc.definitions.releases import SOURCES
from modules.artifacts.lock import load


def main() -> None:
    lock = load()
    for source in SOURCES:
        file = FOLDER / f"{source.file}.json"
        file.write_text(generated(source, lock), encoding="utf-8")
        print(file)


if __name__ == "__main__":
    main()
