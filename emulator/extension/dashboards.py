"""CloudWatch dashboards have tags."""
from moto.cloudwatch.exceptions import ResourceNotFoundException
from moto.cloudwatch.models import CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse


def apply():
    put, tag, untag = CloudWatchResponse.put_dashboard, CloudWatchBackend.tag_resource, CloudWatchBackend.untag_resource
    listed, delete = CloudWatchBackend.list_tags_for_resource, CloudWatchBackend.delete_dashboards

    def found(backend, arn):
        """Whether it is the ARN of a dashboard; AWS refuses that of one which is not there."""
        if ":dashboard/" not in arn:
            return False
        if arn.split(":dashboard/")[1] not in backend.dashboards:
            raise ResourceNotFoundException
        return True

    def put_dashboard(self):
        """AWS: tags are taken when it is made, and ignored when it is changed."""
        new = self._get_param("DashboardName") not in self.cloudwatch_backend.dashboards
        result = put(self)
        tags = self._get_param("Tags")
        if new and tags:
            arn = self.cloudwatch_backend.dashboards[self._get_param("DashboardName")].arn
            self.cloudwatch_backend.tagger.tag_resource(arn, tags)
        return result

    def tag_resource(self, arn, tags):
        if found(self, arn):
            self.tagger.tag_resource(arn, tags)
        else:
            tag(self, arn, tags)

    def untag_resource(self, arn, tag_keys):
        if found(self, arn):
            self.tagger.untag_resource_using_names(arn, tag_keys)
        else:
            untag(self, arn, tag_keys)

    def list_tags_for_resource(self, arn):
        found(self, arn)
        return listed(self, arn)

    def delete_dashboards(self, dashboards):
        arns = [self.dashboards[name].arn for name in dashboards if name in self.dashboards]
        error = delete(self, dashboards)
        if error is None:
            for arn in arns:
                self.tagger.delete_all_tags_for_resource(arn)
        return error

    CloudWatchResponse.put_dashboard = put_dashboard
    for method in (tag_resource, untag_resource, list_tags_for_resource, delete_dashboards):
        setattr(CloudWatchBackend, method.__name__, method)
