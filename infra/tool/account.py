# SPDX-License-Identifier: Apache-2.0
"""The account that is deployed into: clients of its services, and what an installation remembers there (SSM, nothing on this machine)."""
import json
import os

import boto3
import botocore.config
import botocore.exceptions

CERTIFICATES_REGION = "us-east-1"  # CloudFront takes certificates and firewalls from there alone


class Problem(Exception):
    """What went wrong and what to do; shown without a trace."""

    def __init__(self, message, status=1):
        super().__init__(message)
        self.status = status


def code_of(error):
    return error.response.get("Error", {}).get("Code", "")


class Account:
    def __init__(self, name, region):
        self.name, self.region = name, region
        self._clients = {}

    def client(self, service, region=None):
        region = region or self.region
        if (service, region) not in self._clients:
            config = botocore.config.Config(retries={"max_attempts": 8, "mode": "adaptive"}, connect_timeout=10, read_timeout=60)
            self._clients[service, region] = boto3.client(service, region_name=region, config=config)
        return self._clients[service, region]

    def number(self):
        try:
            return self.client("sts").get_caller_identity()["Account"]
        except (botocore.exceptions.NoCredentialsError, botocore.exceptions.ClientError) as error:
            raise Problem(f"AWS does not know who asks: {error}. Sign in first (aws sso login, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY).", 4)

    def recall(self, what):
        """What was remembered under a name, or None."""
        try:
            return self.client("ssm").get_parameter(Name=f"/{self.name}/{what}")["Parameter"]["Value"]
        except botocore.exceptions.ClientError as error:
            if code_of(error) == "ParameterNotFound":
                return None
            raise

    def remember(self, what, value):
        self.client("ssm").put_parameter(Name=f"/{self.name}/{what}", Value=value, Type="String", Overwrite=True, Tier="Intelligent-Tiering")

    def forget_all(self, last):
        """All that is remembered; `last` behind everything else, since by it a run that was cut off knows that it has to go on."""
        names = [p["Name"] for page in self.client("ssm").get_paginator("get_parameters_by_path").paginate(Path=f"/{self.name}/", Recursive=True)
                 for p in page["Parameters"]]
        names.sort(key=lambda name: name == f"/{self.name}/{last}")
        for start in range(0, len(names), 10):
            self.client("ssm").delete_parameters(Names=names[start:start + 10])

    def settings(self):
        return json.loads(self.recall("settings") or "{}")

    def remember_settings(self, settings):
        if settings != self.settings():
            self.remember("settings", json.dumps(settings, sort_keys=True))


def region_of(chosen):
    region = chosen or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or boto3.session.Session().region_name
    if not region:
        raise Problem("Say in which Region: --region eu-central-1, or set AWS_REGION.", 2)
    return region
