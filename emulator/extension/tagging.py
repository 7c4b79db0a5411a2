"""The tagging API ends a page by the number of tags only where that was asked for."""
import sys

from moto.resourcegroupstaggingapi.responses import ResourceGroupsTaggingAPIResponse


def apply():
    number = ResourceGroupsTaggingAPIResponse._get_int_param

    def _get_int_param(self, param_name, if_none=None):
        """moto: a hundred tags, which are few things."""
        return number(self, param_name, sys.maxsize if param_name == "TagsPerPage" else if_none)

    ResourceGroupsTaggingAPIResponse._get_int_param = _get_int_param
