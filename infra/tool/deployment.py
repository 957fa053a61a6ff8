# SPDX-License-Identifier: Apache-2.0
"""From a release to a running installation: which stacks, with what parameters, in which order."""
import email.utils
import hashlib
import json
import re
import secrets
import sys

import botocore.exceptions

from tool import keys
from tool.account import Problem, code_of
from tool.page import ENTRY_PAGES, Page, page_config
from tool.release import Artefacts, code_parameters, release_name
from tool.stacks import ORDER, Stack, declarations, refusal

# Settings that a person chooses once and the account remembers, by the name of the template's parameter.
SETTINGS = {
    "Domain": "", "HostedZone": "", "ContentDomain": "", "ContentHostedZone": "", "Directory": "cognito", "Architecture": "arm64", "SelfSignUp": "no", "Mfa": "OPTIONAL",
    "MailFrom": "", "MailIdentity": "", "AlarmAddress": "", "MonthlyBudget": "100", "Backup": "no", "Reserve": "yes", "GitHubRepository": "", "GitHubRepositoryId": "",
    "GitHubProvider": "", "Connection": "no", "GoogleClientId": "", "GoogleClientSecretName": "", "SamlName": "", "SamlMetadataUrl": "", "OidcName": "", "OidcIssuer": "",
    "OidcClientId": "", "OidcClientSecretName": "", "KeepDeletedDays": "14", "LogDays": "90", "ConcurrencyQuota": "1000", "DownloadsFrom": "s3", "Administrator": "",
    "Shift": "CodeDeployDefault.LambdaCanary10Percent5Minutes",
}
DIRECTORY_IN = ["edge", "identity", "functions"]
PASSES = 3


class Deployment:
    def __init__(self, account, settings, release):
        self.account, self.settings, self.release = account, settings, release
        self.artefacts = None
        self.code_there = set()

    def kinds(self):
        return [kind for kind in ORDER if kind != "identity" or self.settings["Directory"] == "cognito"]

    def known(self):
        """All that is known now: settings, outputs of the stacks that stand, the release."""
        account, settings = self.account, self.settings
        known = {"Installation": account.name, **settings, **mail_of(settings), "SignInPrefix": f"{account.name}-{account.number()}"}
        for kind in self.kinds():
            known.update(Stack(account, kind).outputs())
        if settings["Domain"]:
            known["PublicUrl"] = "https://" + settings["Domain"]
        known.update(self.issuer(known))
        public = account.recall("download-public-key")
        if public:
            known["DownloadPublicKey"] = public
        if "CodeBucket" in known:
            self.artefacts = Artefacts(account, known["CodeBucket"])
            known.update(code_parameters(self.release, settings["Architecture"], known["CodeBucket"])[1])
            known["Release"] = release_name(self.release, known, Stack(account, "functions"))
        if settings["Domain"]:
            certificate = account.recall("client-certificate")
            if certificate and self.artefacts:
                known.update({"ClientCertificate": certificate, "TrustStore": f"s3://{self.artefacts.bucket}/trust/{certificate.rsplit('/', 1)[-1]}.pem"})
        return known

    def issuer(self, known):
        """Where tokens come from; the page's policy names these origins before the user pool is there."""
        region = self.account.region
        if self.settings["Directory"] == "built-in":
            url = known.get("PublicUrl")
            return {"Issuer": f"{url}/auth", "IssuerOrigin": url, "SignInOrigin": url, "Audience": "satchel"} if url else {}
        return {"IssuerOrigin": f"https://cognito-idp.{region}.amazonaws.com", "SignInOrigin": f"https://{known['SignInPrefix']}.auth.{region}.amazoncognito.com"}

    # ---- plan ----

    def plan(self):
        """Tells what would change; the number of stacks that would, and the resources whose data would be lost."""
        known, touched, losses = self.known(), 0, []
        for kind in self.kinds():
            stack = Stack(self.account, kind)
            if not stack.exists():
                touched += 1
                print(f"{kind}: new, with up to {len(stack.template['Resources'])} resources")
                continue
            changes = stack.change_set(known, self.artefacts)
            if not changes:
                print(f"{kind}: as it is")
                continue
            touched += 1
            print(f"{kind}: {len(changes.changes)} changes")
            for line in changes.lines():
                print(line)
            losses += [f"{kind}: {resource}" for resource in changes.losses()]
            changes.drop()
        return touched, losses

    # ---- deploy ----

    def deploy(self, allow_losses=False):
        for turn in range(PASSES):
            changed = [kind for kind in self.kinds() if self.apply(kind, allow_losses)]
            # What a later stack has made known may concern an earlier one (the bucket takes uploads from the page's origin).
            if not changed:
                break
            print(f"pass {turn + 1} done: {', '.join(changed)}")
        self.publish()
        self.invite()
        return self.known()

    def apply(self, kind, allow_losses):
        stack, known = Stack(self.account, kind), self.known()
        stack.make_ready()
        missing = stack.missing(known)
        if missing:
            raise Problem(f"The stack {kind} wants {', '.join(missing)}, and nothing has said it yet. Deploy again; where that does not help, give it as a setting.")
        if kind == "functions":
            self.put_code(known)
        new = not stack.exists()
        changes = stack.change_set(known, self.artefacts)
        if changes:
            losses = changes.losses()
            if losses and not allow_losses:
                changes.drop()
                raise Problem(f"{kind}: this would make anew or take away {', '.join(losses)}, with what is in there. Nothing of it was done. "
                              "Take a copy first (docs/aws/runbook.md), then say --allow-losses.")
            print(f"{kind}: {len(changes.changes)} changes")
            changes.execute()
        self.after(kind, new)
        return bool(changes)

    def put_code(self, known):
        code, _ = code_parameters(self.release, self.settings["Architecture"], known["CodeBucket"])
        if known["CodeKey"] not in self.code_there:
            self.artefacts.put(known["CodeKey"], code)
            self.code_there.add(known["CodeKey"])

    def after(self, kind, new=False):
        known = self.known()
        if kind == "bootstrap" and self.settings["Domain"]:
            keys.tend_client_certificate(self.account, self.settings["Domain"], self.artefacts)
        if kind == "data":
            keys.tend_master_key(self.account, known["MasterKeySecret"])
            keys.tend_download_key(self.account, known["DownloadKeySecret"])
        if kind == "functions" and new and self.settings["Directory"] == "built-in":
            # Else nobody could sign in before the clock's first turn. Once, by whoever deploys the first time: pipelines may start no function.
            self.account.client("lambda").invoke(FunctionName=f"{self.account.name}-identity", Qualifier="live", InvocationType="Event",
                                                 Payload=json.dumps({"schedule": "tend_signing_keys"}))

    def publish(self):
        known = self.known()
        entries = b"".join((self.release.page / name).read_bytes() for name in ENTRY_PAGES if (self.release.page / name).exists())
        name = f"{self.release.version}-{hashlib.sha256(entries).hexdigest()[:8]}"
        page = Page(self.account, known["AssetsBucket"], known.get("Distribution"))
        page.publish(self.release.page, name, page_config(known, self.release.version))

    def invite(self):
        """The first administrator, who gets a mail with a first password. Whoever is there already is left alone."""
        address, known = self.settings["Administrator"], self.known()
        if not address or "UserPool" not in known or self.account.recall("administrator") == address:
            return
        cognito = self.account.client("cognito-idp")
        try:
            cognito.admin_create_user(UserPoolId=known["UserPool"], Username=address, DesiredDeliveryMediums=["EMAIL"], TemporaryPassword=secrets.token_urlsafe(24),
                                      UserAttributes=[{"Name": "email", "Value": address}, {"Name": "email_verified", "Value": "true"}])
            print(f"invited {address} as administrator")
        except botocore.exceptions.ClientError as error:
            if code_of(error) != "UsernameExistsException":
                raise
        cognito.admin_add_user_to_group(UserPoolId=known["UserPool"], Username=address, GroupName="administrators")
        self.account.remember("administrator", address)

    # ---- status ----

    def status(self):
        standing = {kind: Stack(self.account, kind).status() for kind in self.kinds()}
        if not any(standing.values()):
            raise Problem(f"There is no installation {self.account.name} in {self.account.region}.", 3)
        known = self.known()
        for kind, state in standing.items():
            print(f"{kind:14} {(state or 'not there').lower().replace('_', ' ')}")
        for label, name in (("address", "PublicUrl"), ("files", "ContentUrl"), ("release", "Release"), ("people", "UserPool")):
            if known.get(name):
                print(f"{label:14} {known[name]}")
        alarms = self.account.client("cloudwatch").describe_alarms(StateValue="ALARM", AlarmNamePrefix=f"{self.account.name}-").get("MetricAlarms", [])
        for alarm in alarms:
            print(f"ALARM          {alarm['AlarmName']}: {alarm.get('AlarmDescription', '')}")
        return 1 if alarms else 0


def chosen_settings(account, given):
    """What the account remembers, with what was said now on top."""
    unknown = sorted(set(given) - set(SETTINGS))
    if unknown:
        raise Problem(f"There is no setting {', '.join(unknown)}. There are: {', '.join(SETTINGS)}.", 2)
    remembered = account.settings()
    remembered = {name: value for name, value in remembered.items() if name in SETTINGS}
    settings = {**SETTINGS, **remembered, **given}
    if remembered and settings["Directory"] != remembered.get("Directory", "cognito"):
        # Until one of them stands there are no accounts, and nothing has that choice in it.
        stand = [stack.name for stack in (Stack(account, kind) for kind in DIRECTORY_IN) if stack.status()]
        if stand:
            raise Problem(f"Who signs people in (Directory) is chosen once, and {', '.join(stand)} stands with it: accounts do not move from one to the other. "
                          "Make another installation with --name.", 2)
    if settings["Domain"] and not settings["HostedZone"]:
        raise Problem("A domain wants its Route 53 zone, too: --set HostedZone=Z…  (aws route53 list-hosted-zones)", 2)
    if settings["ContentDomain"] and not settings["ContentHostedZone"]:
        raise Problem("The domain of files wants its Route 53 zone, too: --set ContentHostedZone=Z…", 2)
    address = address_of(settings["MailFrom"])
    if settings["MailIdentity"] and "MailIdentity" not in given:
        # Earlier releases remembered what they derived, for whatever sender came first.
        derived = settings["MailIdentity"] == mail_of({"MailFrom": remembered.get("MailFrom", ""), "MailIdentity": ""})["MailIdentity"]
        if derived or not is_identity_of(settings["MailIdentity"], address):
            settings["MailIdentity"] = ""
    if settings["MailIdentity"] and address and not is_identity_of(settings["MailIdentity"], address):
        raise Problem(f"{settings['MailIdentity']} is no identity of the sender {address} (MailIdentity): it is that address or a domain of it. Left away, it is the domain.", 2)
    return settings


def mail_of(settings):
    """Parameters that follow from the sender. They are derived each time, never remembered: the next sender has others."""
    address = address_of(settings["MailFrom"])
    return {"MailAddress": address, "MailIdentity": settings["MailIdentity"] or address.rsplit("@", 1)[-1]}


def is_identity_of(identity, address):
    """Whether that SES identity, an address or a domain, covers the address."""
    identity, address = identity.lower(), address.lower()
    return identity == address or ("." + address.rsplit("@", 1)[-1]).endswith("." + identity)


def check_values(values):
    """Before anything is made: what the templates would refuse, one stack after the other, and an administrator without a mail address."""
    declared = declarations()
    for name, value in values.items():
        for why in filter(None, (refusal(str(value), about) for about in declared.get(name, []))):
            raise Problem(f"{'--name' if name == 'Installation' else name} cannot be '{value}': {why}.", 2)
    # A plain address, as Cognito takes it: no name before it, no white space.
    if values.get("Administrator") and not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+", values["Administrator"]):
        raise Problem(f"Administrator cannot be '{values['Administrator']}': it is a mail address, to which the first password goes.", 2)


# What no template says, since no stack has it.
BESIDE_TEMPLATES = {"Administrator": "Mail address of the first administrator, who gets an invitation with a first password"}


def settings_told():
    """Lines on each setting, by what the templates say of it."""
    declared = declarations()
    yield "settings (--set NAME=VALUE):"
    for name, default in SETTINGS.items():
        abouts = declared.get(name, [])
        description = next((about["Description"] for about in abouts if "Description" in about), BESIDE_TEMPLATES.get(name, ""))
        allowed = next((" | ".join(map(str, about["AllowedValues"])) for about in abouts if "AllowedValues" in about), "")
        least, most = (next((about[bound] for about in abouts if bound in about), None) for bound in ("MinValue", "MaxValue"))
        allowed = allowed or (f"{least} to {most}" if least is not None and most is not None else "")
        yield f"  {name}" + (f"={allowed}" if allowed else "")
        yield f"      {description} (default: {default or 'empty'})"


def nobody_yet(settings):
    """A line where nobody would be invited. The built-in provider has its own way, a link that its functions tell."""
    if settings["Administrator"] or settings["Directory"] != "cognito":
        return None
    return "Administrator is empty: nobody would be invited, and in a new installation nobody could sign in. Say --set Administrator=you@example.org."


def address_of(sender):
    """files@example.org of "Satchel <files@example.org>", or of itself."""
    address = email.utils.parseaddr(sender)[1]
    if sender and "@" not in address:
        raise Problem(f"No mail comes from {sender}: say --set MailFrom=files@example.org, or --set 'MailFrom=Satchel <files@example.org>'.", 2)
    return address


def agree(question, yes):
    """Whether a person says so. Without a terminal nobody is there to ask."""
    if yes:
        return True
    if not sys.stdin.isatty():
        raise Problem("There is nobody to ask here. Say --yes where this is meant to go on by itself.", 2)
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
