"""Tables of every shape that MySQL 8 allows: each is filled and changed. ``since`` is the first version that has it."""

from dataclasses import dataclass
from typing import Final

Version = tuple[int, int, int]


@dataclass(frozen=True)
class Case:
    """``sql`` creates tables in the database ``made``."""

    name: str
    sql: str
    since: Version = (8, 0, 0)


def _table(*columns: str, options: str = "") -> str:
    return f"CREATE TABLE t ({', '.join(columns)}) {options}"


_ID: Final = "id INT PRIMARY KEY"
_COLUMNS: Final = {
    "tinyint": "c TINYINT NOT NULL",
    "unsigned": "c TINYINT UNSIGNED NOT NULL, d SMALLINT UNSIGNED, e MEDIUMINT UNSIGNED, f BIGINT UNSIGNED",
    "zerofill": "c INT(5) ZEROFILL NOT NULL",
    "boolean": "c BOOLEAN NOT NULL, d BOOL DEFAULT TRUE",
    "bits": "b1 BIT NOT NULL, b8 BIT(8), b9 BIT(9) NOT NULL, b64 BIT(64) NOT NULL DEFAULT b'101'",
    "decimals": "c DECIMAL(65, 30) NOT NULL, d DECIMAL(1, 1) NOT NULL, e DECIMAL(1) UNSIGNED NOT NULL, f NUMERIC",
    "floats": "c FLOAT(3, 2) NOT NULL, d DOUBLE(5, 5) NOT NULL, e FLOAT NOT NULL, f REAL UNSIGNED, g DOUBLE PRECISION",
    "moments": "c DATETIME(1) NOT NULL, d DATETIME(6) NOT NULL, e TIMESTAMP(2) NOT NULL DEFAULT '2020-01-01'",
    "times": "c TIME NOT NULL, d TIME(6) NOT NULL, e YEAR NOT NULL, f DATE NOT NULL",
    "now": "c TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, d INT",
    "charsets": ", ".join(
        f"c_{charset} VARCHAR(40) CHARACTER SET {charset} NOT NULL"
        for charset in ("utf8mb4", "latin1", "ascii", "utf16", "utf32", "ucs2", "utf8mb3", "cp1251", "sjis", "gb18030")
    ),
    "binary charset": "c VARCHAR(20) CHARACTER SET binary NOT NULL, d TEXT CHARACTER SET latin1 COLLATE latin1_bin",
    "no length": "c CHAR(0) NOT NULL, d VARCHAR(0), e CHAR(1) NOT NULL, f CHAR NOT NULL",
    "texts": "c TINYTEXT NOT NULL, d TEXT NOT NULL, e MEDIUMTEXT NOT NULL, f LONGTEXT NOT NULL",
    "long name in utf32": f"{'n' * 64} TINYTEXT CHARACTER SET utf32 NOT NULL",
    "binaries": "c BINARY(1) NOT NULL, d VARBINARY(3) NOT NULL, e BINARY NOT NULL, f BINARY(255) NOT NULL",
    "blobs": "c TINYBLOB NOT NULL, d BLOB NOT NULL, e MEDIUMBLOB NOT NULL, f LONGBLOB NOT NULL",
    "enums": "c ENUM('', 'a,b', 'it''s', 'ü') NOT NULL, d ENUM('one') NOT NULL DEFAULT 'one', n INT",
    "sets": "c SET('a', 'b') NOT NULL, d SET('x') DEFAULT '', e SET('1','2','3','4','5','6','7','8','9') NOT NULL",
    "json": "c JSON NOT NULL, d JSON",
    "spatial": "c GEOMETRY NOT NULL, d POINT NOT NULL, e LINESTRING NOT NULL, f POLYGON NOT NULL,"
    " g MULTIPOINT NOT NULL, h MULTILINESTRING NOT NULL, i MULTIPOLYGON NOT NULL, j GEOMETRYCOLLECTION NOT NULL",
    "srid": ", ".join(f"c{at} {kind} SRID 4326 NULL" for at, kind in enumerate(("GEOMETRY", "POINT", "POLYGON"))),
    "srids": "c POINT NOT NULL SRID 4326, d LINESTRING NOT NULL SRID 3857, e MULTIPOLYGON SRID 0 NOT NULL",
    "spatial index": "c POINT NOT NULL SRID 4326, SPATIAL INDEX (c), n INT",
    "virtual": "n INT, c INT AS (n * 2), d VARCHAR(20) GENERATED ALWAYS AS (CONCAT(n, 'x')) VIRTUAL NOT NULL",
    "stored": "n INT NOT NULL, c BIGINT AS (n + 1) STORED NOT NULL, doc JSON, d INT AS (doc->>'$.nested.half') STORED",
    "default expressions": "c CHAR(36) DEFAULT (UUID()), d JSON DEFAULT (JSON_ARRAY()), e DATE DEFAULT (CURDATE())",
    "fulltext": "c TEXT NOT NULL, FULLTEXT (c), INDEX (c(10))",
    "generated from JSON": "doc JSON NOT NULL, c VARCHAR(20) AS (doc->>'$.customer.name') STORED NOT NULL",
}
_KEYS: Final = {
    "auto increment": "id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, n INT",
    "serial": "id SERIAL PRIMARY KEY, n INT",
    "no key": "a INT, b TEXT, c DATETIME(3) NOT NULL",
    "no key, one column": "a INT NOT NULL",
    "no key, nothing compared": "a JSON, b POINT NOT NULL",
    "unique only": "a VARCHAR(30) NOT NULL UNIQUE, n INT",
    "nullable unique": "a INT UNIQUE, n INT",
    "small key": "id TINYINT PRIMARY KEY, n INT",
    "bit key": "id BIT(5) PRIMARY KEY, n INT",
    "enum key": "id ENUM('a', 'b', 'c', 'd', 'e', 'f') PRIMARY KEY, n INT",
    "short texts": "a CHAR(2) PRIMARY KEY, b CHAR(2) CHARACTER SET latin1 NOT NULL UNIQUE, c VARCHAR(3) UNIQUE, n INT",
    "binary key": "id BINARY(16) PRIMARY KEY, n INT",
    "varbinary key": "id VARBINARY(2) PRIMARY KEY, n INT",
    "prefixes": "a VARCHAR(200) NOT NULL, b TEXT NOT NULL, c BLOB, UNIQUE (a(3)), UNIQUE (b(4)), UNIQUE (c(2))",
    "moments as keys": "a DATETIME(6) PRIMARY KEY, b TIME UNIQUE, c DATE UNIQUE, d YEAR UNIQUE, e TIMESTAMP UNIQUE",
    "numbers as keys": "a DECIMAL(30, 10) PRIMARY KEY, b FLOAT UNIQUE, c DOUBLE(10, 2) UNIQUE, n INT",
    "composite": "a ENUM('x', 'y') NOT NULL, b BIT NOT NULL, c VARCHAR(50) NOT NULL, n INT, PRIMARY KEY (a, b, c)",
    "composite of few values": "a ENUM('x', 'y') NOT NULL, b ENUM('1', '2', '3') NOT NULL, n INT, PRIMARY KEY (a, b)",
    "stored generated key": "n INT NOT NULL, id INT AS (n * 3) STORED PRIMARY KEY, m INT",
    "unique generated": "a VARCHAR(50) NOT NULL, b VARCHAR(50) AS (LOWER(a)) VIRTUAL UNIQUE, n INT",
    "desc index": "id INT NOT NULL, n INT, PRIMARY KEY (id DESC)",
}
_CHECKS: Final = {
    "positive": "price DECIMAL(10, 2) NOT NULL CHECK (price > 0)",
    "above": "c INT NOT NULL CHECK (c > 100000)",
    "below": "c INT NOT NULL CHECK (c < -5)",
    "between": "c TINYINT NOT NULL CHECK (c BETWEEN 1 AND 5)",
    "between decimals": "c DECIMAL(4, 3) NOT NULL CHECK (c > 0.25 AND c < 0.5)",
    "in": "c VARCHAR(20) NOT NULL CHECK (c IN ('new', 'old', 'it''s'))",
    "like": "c VARCHAR(50) NOT NULL CHECK (c LIKE '%@%.com')",
    "regexp": "c VARCHAR(50) NOT NULL CHECK (REGEXP_LIKE(c, '^[A-Z]{2}-[0-9]{4}$'))",
    "begin and length": "c CHAR(22) NOT NULL CHECK (LENGTH(c) = 22 AND c LIKE 'DE%')",
    "escaped": r"a INT NOT NULL CHECK (a >= 18), c CHAR(16) NOT NULL CHECK (c RLIKE '^\\+[1-9][0-9]{6,14}$')",
    "length": "c VARCHAR(50) NOT NULL CHECK (CHAR_LENGTH(c) = 11)",
    "upper case": "c VARCHAR(50) COLLATE utf8mb4_bin NOT NULL CHECK (c = UPPER(c))",
    "date": "c DATE NOT NULL CHECK (c >= '2035-01-01')",
    "ordered dates": "a DATE NOT NULL, b DATE NOT NULL, CHECK (b > a)",
    "ordered numbers": "a INT NOT NULL, b INT NOT NULL, CHECK (a < b)",
    "either": "a INT, b INT, CHECK (a IS NULL OR b IS NULL), CHECK (a IS NOT NULL OR b IS NOT NULL)",
    "two columns": "kind ENUM('a', 'b') NOT NULL, n INT NOT NULL, CHECK (kind = 'b' AND n > 10)",
    "json": "c JSON NOT NULL CHECK (JSON_TYPE(c) = 'ARRAY')",
    "valid json": "c TEXT NOT NULL CHECK (JSON_VALID(c))",
    "named": "c INT NOT NULL, CONSTRAINT `c is even` CHECK (c MOD 2 = 0)",
    "on the key": "k INT NOT NULL UNIQUE CHECK (k > 5000)",
    "not enforced": "c INT NOT NULL CHECK (c > 5 AND c < 3) NOT ENFORCED",
    "several": "a INT CHECK (a > 7), b CHAR(9) NOT NULL CHECK (b IN ('x', 'y')), c DATE CHECK (c < '2019-01-01')",
}
_PARTITIONS: Final = {
    "hash": ("id INT PRIMARY KEY, n INT", "PARTITION BY HASH (id) PARTITIONS 4"),
    "key": ("id VARCHAR(20) PRIMARY KEY, n INT", "PARTITION BY KEY () PARTITIONS 3"),
    "range": ("id INT PRIMARY KEY, n INT", "PARTITION BY RANGE (id) (PARTITION p VALUES LESS THAN (0))"),
    "old years": (
        "id INT, d DATE NOT NULL, n INT, PRIMARY KEY (id, d)",
        "PARTITION BY RANGE (YEAR(d)) (PARTITION p VALUES LESS THAN (2010), PARTITION q VALUES LESS THAN (2015))",
    ),
    "days": (
        "id INT, d DATETIME NOT NULL, n INT, PRIMARY KEY (id, d)",
        "PARTITION BY RANGE (TO_DAYS(d)) (PARTITION p VALUES LESS THAN (TO_DAYS('2018-06-01')))",
    ),
    "seconds": (
        "id INT, d TIMESTAMP NOT NULL, n INT, PRIMARY KEY (id, d)",
        "PARTITION BY RANGE (UNIX_TIMESTAMP(d)) (PARTITION p VALUES LESS THAN (UNIX_TIMESTAMP('2018-06-01 00:00:00')))",
    ),
    "list": (
        "id INT, c INT NOT NULL, n INT, PRIMARY KEY (id, c)",
        "PARTITION BY LIST (c) (PARTITION p VALUES IN (1001, 1002), PARTITION q VALUES IN (2000))",
    ),
    "list columns": (
        "id INT, c VARCHAR(9) NOT NULL, n INT, PRIMARY KEY (id, c)",
        "PARTITION BY LIST COLUMNS (c) (PARTITION p VALUES IN ('de', 'fr'), PARTITION q VALUES IN ('us'))",
    ),
    "range columns": (
        "id INT, d DATE NOT NULL, n INT, PRIMARY KEY (id, d)",
        "PARTITION BY RANGE COLUMNS (d) (PARTITION p VALUES LESS THAN ('2012-01-01'))",
    ),
    "subpartitions": (
        "id INT, d DATE NOT NULL, n INT, PRIMARY KEY (id, d)",
        "PARTITION BY RANGE (YEAR(d)) SUBPARTITION BY HASH (id) SUBPARTITIONS 2"
        " (PARTITION p VALUES LESS THAN (2021), PARTITION q VALUES LESS THAN MAXVALUE)",
    ),
}
_WHOLE: Final = {
    "self reference": "CREATE TABLE t (id INT PRIMARY KEY, up INT NOT NULL, n INT, FOREIGN KEY (up) REFERENCES t (id))",
    "circle": """CREATE TABLE a (id INT PRIMARY KEY, b INT NOT NULL, n INT);
        CREATE TABLE b (id INT PRIMARY KEY, a INT NOT NULL, n INT, FOREIGN KEY (a) REFERENCES a (id));
        ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b (id)""",
    "circle of three, and a child": """
        CREATE TABLE a (id INT PRIMARY KEY, c VARCHAR(9) NOT NULL, n INT);
        CREATE TABLE b (id INT PRIMARY KEY, a INT NOT NULL, n INT, FOREIGN KEY (a) REFERENCES a (id));
        CREATE TABLE c (id VARCHAR(9) PRIMARY KEY, b INT NOT NULL, n INT, FOREIGN KEY (b) REFERENCES b (id));
        ALTER TABLE a ADD FOREIGN KEY (c) REFERENCES c (id);
        CREATE TABLE a_child (id INT PRIMARY KEY, c VARCHAR(9) NOT NULL, n INT, FOREIGN KEY (c) REFERENCES c (id))""",
    "key of a parent and few values": """CREATE TABLE p (id INT PRIMARY KEY, n INT);
        CREATE TABLE t (p INT, kind ENUM('a', 'b'), n INT, PRIMARY KEY (p, kind), FOREIGN KEY (p) REFERENCES p (id))""",
    "tree": """CREATE TABLE t (id INT PRIMARY KEY, up INT, lft INT NOT NULL, rgt INT NOT NULL, CHECK (lft < rgt),
        FOREIGN KEY (up) REFERENCES t (id))""",
    "names": """CREATE TABLE `we``ird %s name` (`i``d %s` INT PRIMARY KEY, `a.b` VARCHAR(30) NOT NULL UNIQUE,
        `größe 100%` DOUBLE, `select` INT, `naïve “x”` INT NOT NULL)""",
    "upper case": "CREATE TABLE `Orders` (ID INT PRIMARY KEY, `TotalAmount` FLOAT); CREATE TABLE orders (id INT)",
    "view": "CREATE TABLE t (id INT PRIMARY KEY, n INT); CREATE VIEW v AS SELECT * FROM t",
    "trigger": """CREATE TABLE log (id INT AUTO_INCREMENT PRIMARY KEY, what VARCHAR(99));
        CREATE TABLE t (id INT PRIMARY KEY, n INT NOT NULL);
        CREATE TRIGGER written AFTER INSERT ON t FOR EACH ROW INSERT INTO log (what) VALUES (NEW.n)""",
    "trigger with a condition": """CREATE TABLE t (id INT PRIMARY KEY, price INT NOT NULL, n INT);
        CREATE TRIGGER high BEFORE INSERT ON t FOR EACH ROW
        IF NEW.price < 70000 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'too cheap'; END IF""",
    "other charset of the table": "CREATE TABLE t (id VARCHAR(50) PRIMARY KEY, n TEXT) CHARACTER SET latin1",
    "compressed": "CREATE TABLE t (id INT PRIMARY KEY, n INT) ROW_FORMAT=COMPRESSED COMMENT='%s'",
    "wide": f"CREATE TABLE t (id INT PRIMARY KEY, {', '.join(f'c{i} INT' for i in range(900))})",
}
_LATER: Final = {
    "functional key": ((8, 0, 13), "CREATE TABLE t (a VARCHAR(50) NOT NULL, n INT, UNIQUE ((LOWER(a))))"),
    "functional key of a number": ((8, 0, 13), "CREATE TABLE t (id INT PRIMARY KEY, a INT NOT NULL, UNIQUE ((a * 2)))"),
    "invisible": (
        (8, 0, 23),
        "CREATE TABLE t (id INT PRIMARY KEY, c INT NOT NULL INVISIBLE, d INT AS (c + 1) INVISIBLE)",
    ),
    "invisible primary key": (
        (8, 0, 30),
        "SET sql_generate_invisible_primary_key = ON; CREATE TABLE t (a VARCHAR(20), n INT)",
    ),
}
CASES: Final = (
    *(Case(name, _table(_ID, columns)) for name, columns in _COLUMNS.items()),
    *(Case(name, _table(columns)) for name, columns in _KEYS.items()),
    *(Case(f"check {name}", _table(_ID, columns, "m INT"), (8, 0, 16)) for name, columns in _CHECKS.items()),
    *(Case(f"partitions by {name}", _table(columns, options=how)) for name, (columns, how) in _PARTITIONS.items()),
    *(Case(name, sql) for name, sql in _WHOLE.items()),
    *(Case(name, sql, since) for name, (since, sql) in _LATER.items()),
)  # fmt: skip
# Tables that nothing can fill, with what is reported of them.
IMPOSSIBLE: Final = {
    "never true": (
        "CREATE TABLE t (id INT PRIMARY KEY, c INT NOT NULL, CHECK (c > 5 AND c < 3))",
        "Check constraint 't_chk_1'",
    ),
    "always refused": (
        "CREATE TABLE t (id INT PRIMARY KEY); CREATE TRIGGER no BEFORE INSERT ON t FOR EACH ROW"
        " SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'never: 100%'",
        "never: 100%",
    ),
    "broken trigger": (
        "CREATE TABLE t (id INT PRIMARY KEY); CREATE TRIGGER no BEFORE INSERT ON t FOR EACH ROW"
        " INSERT INTO made.missing VALUES (1)",
        "Table 'made.missing' doesn't exist",
    ),
}
