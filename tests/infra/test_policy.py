# SPDX-License-Identifier: Apache-2.0
"""What a function may do follows from its rows and from nothing else."""
import pathlib

import pytest

import policy


def row(ports=(), writes=(), access="user", path="/x"):
    return {"ports": list(ports), "writes": list(writes), "access": access, **({"path": path} if path else {"event": "x"})}


def by_sid(ports, families):
    return {s["Sid"]: s for s in policy.statements(ports, families)}


@pytest.mark.parametrize("families, patterns", [
    (["N#"], ["N#*"]),
    (["S#", "SE#"], ["S#*", "SE#*"]),
    (["KEY"], ["KEY"]),  # one partition, not a family of them
    (["L#", "B#"], ["B#*", "L#*"]),
])
def test_families_become_leading_keys(families, patterns):
    assert policy.leading_keys(families) == patterns


def test_writes_are_bound_to_families_also_where_the_key_is_absent():
    condition = by_sid(["table_reader"], ["N#"])["WriteFamilies"]["Condition"]
    assert condition == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["N#*"]}, "Null": {"dynamodb:LeadingKeys": "false"}}


def test_a_transaction_has_the_permissions_of_its_single_calls():
    assert set(by_sid([], ["N#"])["WriteFamilies"]["Action"]) == {"dynamodb:" + call for call in ("PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem")}


def test_who_writes_nothing_may_write_nothing():
    made = by_sid(["table_reader"], [])
    assert list(made) == ["ReadTable"]
    assert set(made["ReadTable"]["Action"]) == {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"}
    assert len(made["ReadTable"]["Resource"]) == 2  # the table and its indexes


@pytest.mark.parametrize("port, actions", [
    ("upload_signer", {"s3:PutObject"}),
    ("download_signer", {"s3:GetObject"}),
    ("object_remover", {"s3:DeleteObject"}),
    ("object_assembler", {"s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"}),
])
def test_ports_of_objects_become_actions_on_blobs_alone(port, actions):
    made = by_sid([port], [])
    assert set(made["Blobs"]["Action"]) == actions
    assert made["Blobs"]["Resource"] == ["arn:${AWS::Partition}:s3:::${Bucket}/blobs/*"]


def test_only_who_looks_for_objects_may_tell_absent_from_forbidden():
    assert "TellAbsentFromForbidden" in by_sid(["object_assembler"], [])
    assert "TellAbsentFromForbidden" not in by_sid(["upload_signer", "download_signer", "object_remover"], [])


def test_keys_of_objects_are_used_through_s3_and_for_this_bucket():
    condition = by_sid(["download_signer"], [])["KeyOfBlobs"]["Condition"]["StringEquals"]
    assert condition["kms:ViaService"] == "s3.${AWS::Region}.amazonaws.com"
    assert condition["kms:EncryptionContext:aws:s3:arn"] == "arn:${AWS::Partition}:s3:::${Bucket}"
    assert "KeyOfBlobs" not in by_sid(["object_remover"], [])


def test_the_master_key_is_for_who_holds_the_vault():
    assert by_sid(["vault"], [])["MasterKey"]["Resource"] == [policy.Ref("MasterKeySecret")]
    assert "MasterKey" not in by_sid(["table_reader"], ["N#"])


def test_mail_is_sent_from_the_bare_address_which_is_what_ses_compares():
    mail = policy.policies("X", ["mailer"], [])[-1][1]["PolicyDocument"]["Statement"][0]
    assert mail["Condition"] == {"StringEquals": {"ses:FromAddress": policy.Ref("MailAddress")}}


def test_functions_that_know_who_asks_read_them_again():
    assert policy.capabilities([row(access="user")])[0] == ["table_reader"]
    assert policy.capabilities([row(access="open")])[0] == []
    assert policy.capabilities([row(access="user", path=None)])[0] == []


def test_a_group_has_the_union_of_its_rows():
    assert policy.capabilities([row(["vault"], ["L#"], "open"), row(["mailer"], ["N#"], "open")]) == (["mailer", "vault"], ["L#", "N#"])


def test_every_function_refuses_scans():
    deny = [s for s in policy.always("Entries") if s["Effect"] == "Deny"]
    assert deny[0]["Resource"] == "*" and {"dynamodb:Scan", "dynamodb:PartiQLSelect"} <= set(deny[0]["Action"])


def test_every_port_of_the_program_is_known_here():
    header = (pathlib.Path(__file__).resolve().parents[2] / "src/satchel/runtime/registry.hpp").read_text()
    ports = header.split("enum class Port {")[1].split("}")[0].replace(",", " ").split()
    # These come to statements elsewhere (policies) or to nothing: a hash of a password needs memory alone.
    assert set(ports) == set(policy.OBJECTS) | {"table_reader", "vault", "directory", "mailer", "password_hasher"}
