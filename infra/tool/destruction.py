# SPDX-License-Identifier: Apache-2.0
"""The end of an installation. What nobody can make again (files, table, people, keys) stays, unless its name is typed."""
import json

import botocore.exceptions

from tool.account import Problem, code_of
from tool.stacks import ORDER, PIPELINES, Stack

KEPT = ("bootstrap", "data", "identity")
REMOVING = "removing"


def standing(account, kinds):
    return [stack for stack in (Stack(account, kind) for kind in kinds) if stack.status()]


def being_removed(account):
    """What a removal with data has still to remove, as [type, name]; it outlives the stacks that had it. None: no such removal was begun."""
    remembered = account.recall(REMOVING)
    return None if remembered is None else json.loads(remembered)


def destroy(account, with_data):
    kinds = list(reversed(ORDER + PIPELINES))
    for stack in standing(account, [kind for kind in kinds if kind not in KEPT]):
        print(f"removing {stack.name}")
        stack.delete()
    kept = standing(account, [kind for kind in kinds if kind in KEPT])
    if with_data:
        remove_with_data(account, kept)
        account.forget_all(last=REMOVING)
        return
    for stack in kept:
        print(f"kept: {stack.name}")
    if being_removed(account):
        print(f"A removal with data was begun and is not done. To end it: destroy --delete-data {account.name}")
    elif kept:
        print(f"Files, table, people and keys are still there; deploy goes on from them. To remove them, too: destroy --delete-data {account.name}")


def remove_with_data(account, stacks):
    """The stacks first, which retain their data; then what they retained. A stack that is gone tells nothing, so what it had is remembered before."""
    before = being_removed(account)
    resources = list(before or [])
    for stack in stacks:
        resources += [one for one in data_of(stack) if one not in resources]
    if resources != before:
        account.remember(REMOVING, json.dumps(resources))
    for stack in stacks:
        print(f"removing {stack.name}")
        stack.protect(False)
        stack.delete()
    refused = []
    for kind, name in resources:
        print(f"removing {kind} {name}")
        try:
            REMOVERS[kind](account, name)
        except botocore.exceptions.ClientError as error:
            if code_of(error) not in GONE:
                refused.append(f"{name} could not be removed: {error}.")
    if refused:
        raise Problem("\n".join([*refused, f"Say destroy --delete-data {account.name} again: it goes on with what is left."]))


def data_of(stack):
    pages = stack.cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack.name)
    return [[resource["ResourceType"], resource["PhysicalResourceId"]] for page in pages for resource in page["StackResourceSummaries"]
            if resource.get("PhysicalResourceId") and resource["ResourceType"] in REMOVERS]


GONE = {"NoSuchBucket", "ResourceNotFoundException", "NotFoundException", "UserPoolNotFoundException"}


def remove_bucket(account, name):
    s3 = account.client("s3")
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
        found = [{"Key": v["Key"], "VersionId": v["VersionId"]} for v in page.get("Versions", []) + page.get("DeleteMarkers", [])]
        if found:
            s3.delete_objects(Bucket=name, Delete={"Objects": found, "Quiet": True})
    for upload in [u for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=name) for u in page.get("Uploads", [])]:
        s3.abort_multipart_upload(Bucket=name, Key=upload["Key"], UploadId=upload["UploadId"])
    s3.delete_bucket(Bucket=name)


def remove_table(account, name):
    dynamodb = account.client("dynamodb")
    table = dynamodb.describe_table(TableName=name)["Table"]
    if table.get("TableStatus") == "DELETING":
        return
    if table.get("DeletionProtectionEnabled"):
        dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
    dynamodb.delete_table(TableName=name)


def remove_pool(account, name):
    cognito = account.client("cognito-idp")
    pool = cognito.describe_user_pool(UserPoolId=name)["UserPool"]
    if pool.get("DeletionProtection") == "ACTIVE":
        cognito.update_user_pool(UserPoolId=name, DeletionProtection="INACTIVE")
    if pool.get("Domain"):
        cognito.delete_user_pool_domain(UserPoolId=name, Domain=pool["Domain"])
    cognito.delete_user_pool(UserPoolId=name)


def remove_secret(account, name):
    secrets = account.client("secretsmanager")
    if not secrets.describe_secret(SecretId=name).get("DeletedDate"):
        secrets.delete_secret(SecretId=name, RecoveryWindowInDays=30)


def remove_key(account, name):
    kms = account.client("kms")
    if kms.describe_key(KeyId=name)["KeyMetadata"]["KeyState"] != "PendingDeletion":
        kms.schedule_key_deletion(KeyId=name, PendingWindowInDays=30)


# Secrets and keys can be brought back for thirty days; a vault with a lock cannot be removed at all before its time.
REMOVERS = {"AWS::S3::Bucket": remove_bucket, "AWS::DynamoDB::Table": remove_table, "AWS::Cognito::UserPool": remove_pool,
            "AWS::SecretsManager::Secret": remove_secret, "AWS::KMS::Key": remove_key}
