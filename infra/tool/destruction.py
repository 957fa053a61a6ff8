# SPDX-License-Identifier: Apache-2.0
"""The end of an installation. What nobody can make again (files, table, people, keys) stays, unless its name is typed."""
import botocore.exceptions

from tool.account import Problem, code_of
from tool.stacks import ORDER, PIPELINES, Stack

KEPT = ("bootstrap", "data", "identity")


def standing(account, kinds):
    return [stack for stack in (Stack(account, kind) for kind in kinds) if stack.status()]


def destroy(account, with_data):
    kinds = list(reversed(ORDER + PIPELINES))
    for stack in standing(account, [kind for kind in kinds if kind not in KEPT]):
        print(f"removing {stack.name}")
        stack.delete()
    kept = standing(account, [kind for kind in kinds if kind in KEPT])
    if not with_data:
        for stack in kept:
            print(f"kept: {stack.name}")
        if kept:
            print(f"Files, table, people and keys are still there; deploy goes on from them. To remove them, too: destroy --delete-data {account.name}")
        return
    for stack in kept:
        remove_with_data(account, stack)
    account.forget_all()


def remove_with_data(account, stack):
    """The stack first, which retains its data; then what it retained."""
    resources = [resource for page in stack.cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack.name)
                 for resource in page["StackResourceSummaries"] if resource.get("PhysicalResourceId")]
    print(f"removing {stack.name}")
    stack.protect(False)
    stack.delete()
    for resource in resources:
        remove = REMOVERS.get(resource["ResourceType"])
        if remove:
            print(f"removing {resource['ResourceType']} {resource['PhysicalResourceId']}")
            try:
                remove(account, resource["PhysicalResourceId"])
            except botocore.exceptions.ClientError as error:
                if code_of(error) not in GONE:
                    raise Problem(f"{resource['PhysicalResourceId']} could not be removed: {error}. Say destroy again, or remove it in the console.")


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
    account.client("secretsmanager").delete_secret(SecretId=name, RecoveryWindowInDays=30)


def remove_key(account, name):
    account.client("kms").schedule_key_deletion(KeyId=name, PendingWindowInDays=30)


# Secrets and keys can be brought back for thirty days; a vault with a lock cannot be removed at all before its time.
REMOVERS = {"AWS::S3::Bucket": remove_bucket, "AWS::DynamoDB::Table": remove_table, "AWS::Cognito::UserPool": remove_pool,
            "AWS::SecretsManager::Secret": remove_secret, "AWS::KMS::Key": remove_key}
