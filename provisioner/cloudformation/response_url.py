"""Where CloudFormation takes answers: a bucket of its own in each Region, and nowhere else.

Whoever may invoke the function can write a request. One that wants its answer elsewhere isn't
CloudFormation's.

Source: CloudFormation User Guide, "Setting up VPC endpoints" (the bucket's name, with the Region without
dashes); S3 User Guide, "Virtual hosting of buckets" and the endpoints in AWS's general reference (the hosts).
Seen in requests: `.s3.amazonaws.com`, `.s3-eu-west-1.amazonaws.com`, `.s3.us-east-2.amazonaws.com`,
`.s3.cn-north-1.amazonaws.com.cn`.
"""

import os
import re

# How a Region's name begins says which partition it is in. Source: botocore, data/partitions.json.
SUFFIXES = {
    "cn-": "amazonaws.com.cn",
    "eusc-": "amazonaws.eu",
    "us-iso-": "c2s.ic.gov",
    "us-isob-": "sc2s.sgov.gov",
    "us-isof-": "csp.hci.ic.gov",
    "eu-isoe-": "cloud.adc-e.uk",
}


def is_cloudformations(url: object) -> bool:
    """Whether an answer that is sent there reaches the CloudFormation of this Region.

    An AWS in another place, such as the emulator on a laptop, is named in the environment as for every SDK.
    """
    if not isinstance(url, str):
        return False
    elsewhere = os.environ.get("AWS_ENDPOINT_URL_CLOUDFORMATION") or os.environ.get("AWS_ENDPOINT_URL")
    if elsewhere and url.startswith(f"{elsewhere.rstrip('/')}/"):
        return True
    return _hosts(os.environ.get("AWS_REGION", "")).fullmatch(url) is not None


def host(url: object) -> str:
    """The host in a URL, which can be logged: the rest of it is as good as a password."""
    authority = str(url).partition("://")[2].partition("/")[0].partition("?")[0]
    return authority.rpartition("@")[2]


def _hosts(region: str) -> re.Pattern[str]:
    bucket = f"cloudformation-custom-resource-response-{region.replace('-', '')}"
    suffix = next((end for begin, end in SUFFIXES.items() if region.startswith(begin)), "amazonaws.com")
    s3 = rf"s3(?:-fips)?(?:[.-](?:dualstack\.)?{re.escape(region)})?\.{re.escape(suffix)}"
    return re.compile(rf"https://(?:{bucket}\.{s3}|{s3}/{bucket})/[!-~]+")
