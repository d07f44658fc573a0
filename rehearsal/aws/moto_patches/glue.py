"""Glue's schema registries."""

from typing import Any

from moto.glue.models import GlueBackend

from rehearsal.aws.moto_patches.patching import replace


def keep_tags_of_registries() -> None:
    """AWS returns a registry's tags; moto drops them, and Terraform would add them at every apply."""
    create = GlueBackend.create_registry

    def create_registry(
        self: GlueBackend, registry_name: str, description: str | None = None, tags: dict[str, str] | None = None
    ) -> dict[str, Any]:
        made: dict[str, Any] = create(self, registry_name, description, tags)
        arn = self.registries[registry_name].registry_arn
        self.tagger.tag_resource(arn, self.tagger.convert_dict_to_tags_input(tags))
        return made

    replace(GlueBackend, create_registry=create_registry)
