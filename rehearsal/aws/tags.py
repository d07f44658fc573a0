"""Tags of resources, by ARN."""

from collections.abc import Callable

from rehearsal.aws.service import Call, Document


class Tags:
    """TagResource, UntagResource and ListTagsForResource.

    ``tags_of`` returns the tags of an ARN, which are changed in place; it raises NotFoundException.
    """

    def __init__(self, tags_of: Callable[[str], dict[str, str]]) -> None:
        self._tags_of = tags_of

    def tag_resource(self, call: Call) -> Document:
        self._tags_of(call["resourceArn"]).update(call["tags"])
        return {}

    def untag_resource(self, call: Call) -> Document:
        tags = self._tags_of(call["resourceArn"])
        for key in call["tagKeys"]:
            tags.pop(key, None)
        return {}

    def list_tags_for_resource(self, call: Call) -> Document:
        tags = self._tags_of(call["resourceArn"])
        return {"Tags": tags, "tags": tags}
