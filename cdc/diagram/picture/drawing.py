"""Lays an architecture out: databases, the network with connectors and brokers, applications; services below."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from cdc.diagram.architecture import Architecture, Connector, Consumer, Service
from cdc.diagram.picture.canvas import PADDING, STEP, TITLE, Box, Canvas, Mark, card_height, fitted
from cdc.diagram.picture.columns import stacked
from cdc.diagram.picture.network import GATE, ZONE_LABEL, draw_network
from cdc.diagram.picture.text import cut_inside

WIDTH: Final = 1160.0
EDGE: Final = 16.0
_SMALL: Final = 10.0
_SIDE: Final = 190.0
_LEFT: Final = EDGE + 16
_RIGHT: Final = WIDTH - EDGE - 16 - _SIDE
_VPC: Final = 282.0
_INNER: Final = (_VPC + 16, 246.0), (612.0, 250.0)
_VPC_WIDTH: Final = _INNER[1][0] + _INNER[1][1] + 16 - _VPC
_GAP: Final = 14.0
_HEAD: Final = 122.0
_CHIP: Final = 38.0
_TOP: Final = 76.0


def svg(shown: Architecture, marks: Mapping[str, Mark] | None = None) -> str:
    """The picture, with ``marks`` by icon; the same architecture gives the same bytes."""
    return _Drawing(shown, marks).document()


class _Drawing:
    def __init__(self, shown: Architecture, marks: Mapping[str, Mark] | None) -> None:
        self._shown = shown
        self._canvas = Canvas(marks)
        public = any(zone.public for zone in shown.network.zones)
        self._private = _TOP + 34 + (GATE if public else 0)
        self._rows_top = self._private + ZONE_LABEL + _HEAD
        self._rows = self._row_boxes()
        self._consumers = self._consumer_boxes()
        lowest = max([box.bottom for box in (*self._rows, *self._consumers)], default=self._rows_top + 60)
        self._vpc = Box(_VPC, _TOP, _VPC_WIDTH, lowest + 40 - _TOP)

    def document(self) -> str:
        shown, canvas = self._shown, self._canvas
        title = f"{shown.environment}: change data capture from MySQL to Kafka, {shown.region}"
        canvas.text(EDGE, 34, title, size=18, bold=True)
        draw_network(canvas, shown.network, self._vpc, private_top=self._private)
        canvas.mark(self._vpc, "gateway", centred=True)
        groups = [
            Box(x, self._private + ZONE_LABEL, width, self._vpc.bottom - 28 - self._private - ZONE_LABEL)
            for x, width in _INNER
        ]
        self._connect_group(groups[0])
        self._kafka_group(groups[1])
        self._sources()
        self._flows(groups[1])
        bottom = self._services(groups)
        bottom = self._grants(bottom + 24)
        frame = Box(EDGE, 46, WIDTH - 2 * EDGE, bottom + 12 - 46)
        canvas.box(frame, "account", radius=12)
        canvas.text(frame.x + 12, frame.y + 19, f"AWS account, {shown.region}", kind="faint", bold=True)
        return canvas.document(WIDTH, frame.bottom + EDGE, title=title)

    def _row_boxes(self) -> list[Box]:
        """Of each connector, as high as it and its topics need."""
        (x, width), (_, topics_width) = _INNER
        boxes, y = [], self._rows_top
        for connector in self._shown.connectors:
            lines = max(len(self._connector_lines(connector)), len(_topic_lines(connector, topics_width - 20)))
            boxes.append(Box(x + 10, y, width - 20, card_height([""] * lines)))
            y = boxes[-1].bottom + _GAP
        return boxes

    def _connector_lines(self, connector: Connector) -> list[str]:
        lines = [
            f"{connector.capacity}, Connect {connector.version}",
            f"reads {', '.join(connector.tables)}",
            f"role {connector.role}",
        ]
        return fitted(lines, _INNER[0][1] - 20)

    def _consumer_boxes(self) -> list[Box]:
        heights = [card_height(_consumer_lines(one)) for one in self._shown.consumers]
        wanted = [self._beside(one) for one in self._shown.consumers]
        boxes = stacked(_RIGHT, _SIDE, heights, wanted, top=self._rows_top, gap=_GAP)
        below = max((boxes or self._rows)[-1].bottom - self._rows[-1].bottom, 0)
        up = min(below, self._rows_top - _TOP - 60)
        return [replace(box, y=box.y - up) for box in boxes]

    def _beside(self, consumer: Consumer) -> float:
        """The middle of the topics that ``consumer`` reads."""
        read = [
            box.middle
            for one, box in zip(self._shown.connectors, self._rows, strict=True)
            if consumer in self._shown.readers(one)
        ]
        return sum(read) / len(read) if read else self._rows_top

    def _connect_group(self, box: Box) -> None:
        self._canvas.box(box, "group")
        self._canvas.icon(box.x + PADDING, box.y + PADDING, "connector")
        self._canvas.text(box.x + 46, box.y + PADDING + 18, "MSK Connect", size=TITLE, bold=True)
        number = len(self._shown.connectors)
        plugins = len({one.plugin for one in self._shown.connectors})
        words = f"{number} connector{'s' * (number != 1)}, {plugins} plugin{'s' * (plugins != 1)}"
        self._canvas.text(box.x + PADDING, box.y + 58, words, kind="faint")
        for row, connector in zip(self._rows, self._shown.connectors, strict=True):
            self._canvas.card(row, "connector", connector.key, self._connector_lines(connector))

    def _kafka_group(self, box: Box) -> None:
        kafka = self._shown.kafka
        self._canvas.box(box, "group")
        self._canvas.icon(box.x + PADDING, box.y + PADDING, "kafka")
        self._canvas.text(
            box.x + 46, box.y + PADDING + 18, f"MSK {kafka.name}", size=TITLE, bold=True, limit=box.width - 58
        )
        for number, fact in enumerate(kafka.facts or ("existing cluster",)):
            self._canvas.text(box.x + PADDING, box.y + 54 + STEP * number - 2, fact, kind="faint", limit=box.width - 24)
        self._brokers(box)
        self._canvas.mark(box, "kafka")
        for row, connector in zip(self._rows, self._shown.connectors, strict=True):
            topics = Box(box.x + 10, row.y, box.width - 20, row.height)
            self._canvas.card(topics, "topics", "topics", _topic_lines(connector, topics.width))

    def _brokers(self, kafka: Box) -> None:
        """How many are in each zone."""
        zones = Counter(self._shown.kafka.brokers)
        width = (kafka.width - 20 - 6 * (len(zones) - 1)) / max(len(zones), 1)
        for number, (zone, brokers) in enumerate(zones.items()):
            chip = Box(kafka.x + 10 + number * (width + 6), kafka.y + 78, width, _CHIP)
            self._canvas.box(chip, "card", radius=5)
            words = f"{brokers} broker{'s' * (brokers != 1)}"
            self._canvas.text(chip.centre, chip.y + 16, words, size=11, bold=True, anchor="middle", limit=width)
            short = cut_inside(zone, _SMALL, width - 4)
            self._canvas.text(chip.centre, chip.y + 30, short, kind="faint", size=_SMALL, anchor="middle")

    def _sources(self) -> None:
        databases: dict[tuple[str, str], list[Box]] = {}
        for row, one in zip(self._rows, self._shown.connectors, strict=True):
            databases.setdefault((one.database_kind, one.database), []).append(row)
        lines = [fitted([kind, "existing"], _SIDE - 16, most=2) for kind, _ in databases]
        wanted = [sum(row.middle for row in rows) / len(rows) for rows in databases.values()]
        heights = [card_height(one) for one in lines]
        boxes = stacked(_LEFT + 8, _SIDE - 16, heights, wanted, top=self._rows_top, gap=_GAP)
        self._around(boxes)
        for box, (_, name), text, rows in zip(boxes, databases, lines, databases.values(), strict=True):
            self._canvas.card(box, "database", name, text)
            for row in rows:
                self._canvas.flow((box.right, box.middle), (row.x, row.middle))

    def _around(self, databases: Sequence[Box]) -> None:
        """A frame around the databases, and how they are reached."""
        if not databases:
            return
        reached = [f"{one.name}: {one.vpc}" for one in self._shown.network.peerings]
        lines = [*(["VPC peerings", *reached] if reached else []), "MySQL 3306, TLS"]
        top = databases[0].y - 16 - STEP * len(lines)
        self._canvas.box(Box(_LEFT, top, _SIDE, databases[-1].bottom + 8 - top), "outside")
        for number, line in enumerate(lines):
            y = top + 18 + STEP * number
            self._canvas.text(_LEFT + 8, y, line, kind="faint", limit=_SIDE - 16)

    def _flows(self, kafka: Box) -> None:
        for row, connector in zip(self._rows, self._shown.connectors, strict=True):
            self._canvas.flow((row.right, row.middle), (kafka.x + 10, row.middle))
            for consumer in self._shown.readers(connector):
                box = self._consumers[self._shown.consumers.index(consumer)]
                self._canvas.flow((kafka.right - 10, row.middle), (box.x, box.middle))
        for box, consumer in zip(self._consumers, self._shown.consumers, strict=True):
            icon = "function" if consumer.function else "application"
            self._canvas.card(box, icon, consumer.key, _consumer_lines(consumer))
        between = (_INNER[0][0] + _INNER[0][1] + _INNER[1][0]) / 2
        self._canvas.text(between, self._rows_top - 40, "IAM 9098", kind="faint", anchor="middle")
        if self._consumers:
            top = self._consumers[0].y - 12
            self._canvas.text(_RIGHT, top, "applications, IAM 9098", kind="faint", limit=_SIDE)

    def _services(self, groups: Sequence[Box]) -> float:
        """The cards below the network, and what they have to do with it; returns the lowest edge."""
        shown, canvas = self._shown, self._canvas
        top = self._vpc.bottom + 46
        third = (_VPC_WIDTH - 2 * _GAP) / 3
        middle = [Box(_VPC + number * (third + _GAP), top, third, 0) for number in range(3)]
        s3, secrets, watch = self._row(middle, (shown.plugins, shown.secrets, shown.watching))
        left = self._column(_LEFT, top, (shown.key, shown.state, *shown.registries))
        right = self._column(_RIGHT, top, shown.reactions)
        connect, kafka = groups
        canvas.side((s3.centre, s3.y), (s3.centre, connect.bottom + 6))
        canvas.text(s3.centre + 8, top - 14, "plugin", kind="faint")
        into = min(secrets.centre, connect.right - 24)
        canvas.side((into, secrets.y), (into, connect.bottom + 6))
        canvas.text(into + 8, top - 14, "password", kind="faint")
        canvas.side((watch.centre, kafka.bottom), (watch.centre, watch.y - 6))
        canvas.text(watch.centre + 8, top - 14, "logs, metrics", kind="faint")
        for box in right:
            if box.y + 24 < watch.bottom:
                canvas.side((watch.right, box.y + 24), (box.x - 6, box.y + 24))
        if right:
            canvas.text(watch.right + 6, right[0].y + 18, "alarms", kind="faint")
        return max(box.bottom for box in (s3, secrets, watch, *left, *right))

    def _row(self, places: Sequence[Box], services: Sequence[Service]) -> list[Box]:
        fitting = [fitted(one.lines, place.width) for one, place in zip(services, places, strict=True)]
        height = max(card_height(lines) for lines in fitting)
        boxes = [Box(place.x, place.y, place.width, height) for place in places]
        for box, service, lines in zip(boxes, services, fitting, strict=True):
            self._canvas.card(box, service.icon, service.title, lines)
        return boxes

    def _column(self, x: float, top: float, services: Sequence[Service]) -> list[Box]:
        boxes: list[Box] = []
        for service in services:
            lines = fitted(service.lines, _SIDE)
            boxes.append(Box(x, top, _SIDE, card_height(lines)))
            self._canvas.card(boxes[-1], service.icon, service.title, lines)
            top = boxes[-1].bottom + _GAP
        return boxes

    def _grants(self, top: float) -> float:
        """What each role may do, three cards a row."""
        self._canvas.text(_LEFT, top + 12, "IAM: what each role may do, and on what", bold=True)
        width = (WIDTH - 2 * _LEFT - 2 * _GAP) / 3
        y, bottom = top + 24, top + 24
        for start in range(0, len(self._shown.grants), 3):
            row = self._shown.grants[start : start + 3]
            texts = [fitted([one.held_by, *one.lines], width, most=2) for one in row]
            height = max(card_height(text) for text in texts)
            for number, (grant, text) in enumerate(zip(row, texts, strict=True)):
                self._canvas.card(Box(_LEFT + number * (width + _GAP), y, width, height), "role", grant.principal, text)
            bottom = y + height
            y = bottom + _GAP
        return bottom


def _topic_lines(connector: Connector, width: float) -> list[str]:
    return fitted(connector.topics, width, most=2)


def _consumer_lines(consumer: Consumer) -> list[str]:
    lines = [f"Lambda {consumer.function}"] if consumer.function else []
    lines.append(f"reads {', '.join(consumer.topics)}")
    lines += [f"group {', '.join(consumer.groups)}"] if consumer.groups else []
    lines += [f"role {', '.join(consumer.roles)}"] if consumer.roles else []
    return fitted(lines, _SIDE)
