"""The fixtures `local_aws` and `slow_aws`."""

from local_aws import empty_aws, realistic_aws

__all__ = ["empty_aws", "realistic_aws"]
