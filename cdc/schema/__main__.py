"""``python -m cdc.schema``: writes environments/schema.json anew."""

from cdc.schema.generating import FILE, generated


def main() -> None:
    FILE.write_text(generated(), encoding="utf-8")
    print(FILE)


if __name__ == "__main__":
    main()
