"""Who calls: bearer tokens from the settings, or JSON Web Tokens of an identity provider, become a principal.

Without either setting nobody is asked, and everybody is the one local principal.
"""

from services.runtime.identity.principal import LOCAL, Identities, Principal, bearer_token
from services.runtime.identity.reading import read_identities
from services.runtime.identity.static_tokens import StaticTokens

__all__ = ["LOCAL", "Identities", "Principal", "StaticTokens", "bearer_token", "read_identities"]
