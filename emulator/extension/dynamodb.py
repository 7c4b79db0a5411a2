"""DynamoDB: a table's encryption can be changed."""
from moto.core.responses import ActionResult
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

FIELD = "SSESpecification"


def apply():
    original = DynamoHandler.update_table
    Table._get_default_encryption_key  # must be there

    def update_table(self) -> ActionResult:
        """AWS: UpdateTable switches between the key of DynamoDB and one of KMS. moto takes no notice."""
        wanted = self.body.get(FIELD)
        if wanted is not None:
            table = self.dynamodb_backend.get_table(self.body["TableName"])
            account, region = self.current_account, self.region
            chosen = wanted.get("KMSMasterKeyId") or table._get_default_encryption_key(account, region)
            table.sse_specification = {**wanted, "KMSMasterKeyId": chosen} if wanted.get("Enabled") else None
        return original(self)

    DynamoHandler.update_table = update_table
