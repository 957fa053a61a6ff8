# SPDX-License-Identifier: Apache-2.0
"""What a deployment group may do on AWS, computed from the capabilities of its rows in the registry.

Ports become actions, key families become leading keys. Nothing else grants anything to a function; the fixed part of a function
(its own log group, tracing, the denied scan) is in `always`.
"""
from cfn import Sub, GetAtt, If, NO_VALUE, Ref

TABLE = Sub("arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Table}")
INDEXES = Sub("arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Table}/index/*")
BUCKET = Sub("arn:${AWS::Partition}:s3:::${Bucket}")
BLOBS = Sub("arn:${AWS::Partition}:s3:::${Bucket}/blobs/*")

READS = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"]
# A transaction needs the permissions of its single calls; which of the four a row uses is not in the registry.
WRITES = ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem"]

# Presigning calls nobody: the signer itself must hold what the bearer of the URL is to do. A HEAD answers 404 for what is absent only to
# whoever may list the bucket, and 403 to all others.
OBJECTS = {
    "upload_signer": {"blobs": ["s3:PutObject"]},
    "download_signer": {"blobs": ["s3:GetObject"]},
    "object_assembler": {"blobs": ["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:GetObject"], "bucket": ["s3:ListBucket"]},
    "object_remover": {"blobs": ["s3:DeleteObject"]},
}
DIRECTORY = ["AdminCreateUser", "AdminDisableUser", "AdminEnableUser", "AdminResetUserPassword", "AdminUserGlobalSignOut", "ListUsers"]
# Its people are in the table: their items, addresses, spaces, root folders, invitations, subjects, and the count of administrators.
DIRECTORY_FAMILIES = {"EM#", "IDP#", "IN#", "KEY", "N#", "OB#", "S#", "U#"}


def capabilities(rows):
    """The union of the rows: (ports, families), sorted."""
    ports = {port for row in rows for port in row["ports"]}
    families = {family for row in rows for family in row["writes"]}
    if "directory" in ports:
        families |= DIRECTORY_FAMILIES
    # Who a request comes from is read again in the function, so that a revocation is at once.
    if any(row.get("path") and row["access"] != "open" for row in rows):
        ports.add("table_reader")
    return sorted(ports), sorted(families)


def leading_keys(families):
    """A family's prefix as a pattern; a family without "#" is one partition."""
    return [family + "*" if family.endswith("#") else family for family in sorted(families)]


def statement(sid, actions, resources, condition=None):
    made = {"Sid": sid, "Effect": "Allow", "Action": sorted(actions), "Resource": resources}
    if condition:
        made["Condition"] = condition
    return made


def table_statements(ports, families):
    if "table_reader" in ports:
        yield statement("ReadTable", READS, [TABLE, INDEXES])
    if families:
        # ForAllValues holds where the key is absent, hence the second test.
        yield statement("WriteFamilies", WRITES, [TABLE], {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": leading_keys(families)},
                                                           "Null": {"dynamodb:LeadingKeys": "false"}})


def object_statements(ports):
    needs = [OBJECTS[port] for port in ports if port in OBJECTS]
    blobs = {action for need in needs for action in need.get("blobs", [])}
    bucket = {action for need in needs for action in need.get("bucket", [])}
    if blobs:
        yield statement("Blobs", blobs, [BLOBS])
    if bucket:
        yield statement("TellAbsentFromForbidden", bucket, [BUCKET])
    uses = {"s3:PutObject": ["kms:GenerateDataKey", "kms:Decrypt"], "s3:GetObject": ["kms:Decrypt"]}
    keys = {action for blob in blobs for action in uses.get(blob, [])}
    if keys:
        yield statement("KeyOfBlobs", keys, [Ref("BucketKey")],
                        {"StringEquals": {"kms:ViaService": Sub("s3.${AWS::Region}.amazonaws.com"), "kms:EncryptionContext:aws:s3:arn": BUCKET}})


def statements(ports, families):
    """What the capabilities come to, without the parts that depend on how the installation is made."""
    made = [*table_statements(ports, families), *object_statements(ports)]
    # Invitations are kept under keyed hashes.
    if "vault" in ports or "directory" in ports:
        made.append(statement("MasterKey", ["secretsmanager:GetSecretValue"], [Ref("MasterKeySecret")]))
    return made


def always(handler):
    """Of every function."""
    return [
        statement("OwnLog", ["logs:CreateLogStream", "logs:PutLogEvents"], [GetAtt(f"{handler}Log.Arn")]),
        # The API of X-Ray knows no resources.
        statement("Trace", ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*"),
        {"Sid": "NothingScans", "Effect": "Deny", "Resource": "*",
         "Action": ["dynamodb:Scan", "dynamodb:PartiQLSelect", "dynamodb:PartiQLInsert", "dynamodb:PartiQLUpdate", "dynamodb:PartiQLDelete"]},
    ]


def policy(name, made):
    return {"PolicyName": name, "PolicyDocument": {"Version": "2012-10-17", "Statement": made}}


def policies(handler, ports, families, more=()):
    """The inline policies of a function's role."""
    found = [policy("capabilities", [*statements(ports, families), *more, *always(handler)])]
    if "directory" in ports:
        people = statement("People", ["cognito-idp:" + action for action in DIRECTORY], [Sub("arn:${AWS::Partition}:cognito-idp:${AWS::Region}:${AWS::AccountId}:userpool/${UserPool}")])
        found.append(If(["Cognito", policy("directory", [people]), NO_VALUE]))
    if "download_signer" in ports:
        key = statement("DownloadKey", ["secretsmanager:GetSecretValue"], [Ref("DownloadKeySecret")])
        found.append(If(["Signed", policy("downloads", [key]), NO_VALUE]))
    if "mailer" in ports:
        # SES compares the address alone, without the name before it.
        mail = statement("Mail", ["ses:SendEmail"], [Sub("arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/${MailIdentity}")], {"StringEquals": {"ses:FromAddress": Ref("MailAddress")}})
        found.append(If(["Mail", policy("mail", [mail]), NO_VALUE]))
    return found
