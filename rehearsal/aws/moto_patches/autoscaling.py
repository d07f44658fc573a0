"""Application Auto Scaling: the tags of scalable targets."""

import json

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse as Response
from moto.utilities.tagging_service import TaggingService

from rehearsal.aws.moto_patches.patching import add, replace


def keep_scalable_target_tags() -> None:
    """AWS stores the tags of scalable targets; moto drops them, and has no tag operations."""
    register = Response.register_scalable_target

    def register_scalable_target(self: Response) -> str:
        answer = register(self)
        _tags(self).tag_resource(json.loads(answer)["ScalableTargetARN"], _tags_in_request(self))
        return answer

    replace(Response, register_scalable_target=register_scalable_target)
    add(Response, list_tags_for_resource=_list, tag_resource=_tag, untag_resource=_untag)


def _tags(response: Response) -> TaggingService:
    """Stored on the backend, so that a reset of moto deletes them."""
    backend = response.applicationautoscaling_backend
    kept: TaggingService = vars(backend).setdefault("tags_of_targets", TaggingService())
    return kept


def _tags_in_request(response: Response) -> list[dict[str, str]]:
    return TaggingService.convert_dict_to_tags_input(response._get_param("Tags"))


def _list(self: Response) -> str:
    return json.dumps({"Tags": _tags(self).get_tag_dict_for_resource(self._get_param("ResourceARN"))})


def _tag(self: Response) -> str:
    _tags(self).tag_resource(self._get_param("ResourceARN"), _tags_in_request(self))
    return "{}"


def _untag(self: Response) -> str:
    _tags(self).untag_resource_using_names(self._get_param("ResourceARN"), self._get_param("TagKeys"))
    return "{}"
