"""When certificates expire: each service shows it to Prometheus, and warns at its start of what expires soon.

cryptography takes 35 ms and 8 MB to import, so that it is imported where certificates are set and nowhere else.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.runtime.logs import get_logger
from services.runtime.metrics import Gauge
from services.runtime.tls import Tls

_log = get_logger()
_SOON = timedelta(days=14)


def watch(tls: Tls) -> None:
    """Follows the first to expire of one's own chain and of all authorities in the file.

    It is what this process has loaded, not what the files hold by now. An authority counts even where one's own
    certificate is of another: once it has expired, this process refuses whoever it signed.
    """
    try:
        ends = {"BUILDPLAN_TLS_CERT": _end(tls.certificate), "BUILDPLAN_TLS_CA": _end(tls.authority)}
    except ValueError as error:
        _log.warning("cannot tell when the certificates expire", error=str(error))
        return
    setting, end = min(ends.items(), key=lambda found: found[1])
    expiry = Gauge(
        "buildplan_certificate_expiry_timestamp_seconds",
        "Unix time at which the first of the loaded certificates, authorities included, expires.",
    )
    expiry.follow(end.timestamp)
    if end - datetime.now(UTC) < _SOON:
        _log.warning("a certificate expires soon or has expired", setting=setting, expires=end.isoformat())


def _end(pem: bytes) -> datetime:
    """Raises ValueError for what OpenSSL takes and cryptography does not, such as BEGIN TRUSTED CERTIFICATE."""
    from cryptography.x509 import load_pem_x509_certificates

    return min(certificate.not_valid_after_utc for certificate in load_pem_x509_certificates(pem))
