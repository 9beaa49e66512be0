"""The one fault that a server can answer instead of hanging up."""

from __future__ import annotations

from gateway.errors import ProtocolError
from gateway.wire.messages import LdapMessage, ResultCode


class UnusableRequest(ProtocolError):
    """Sound BER in an envelope that we understand, and a value in it that LDAP does not know in that place.

    RFC 4511 4.1.1 wants an answer then, not a notice of disconnection. `answer` is that answer, ready to send, when
    this comes from `gateway.wire.ldap.decode_message`; `code` is its result code.
    """

    def __init__(self, text: str, code: ResultCode = ResultCode.PROTOCOL_ERROR) -> None:
        super().__init__(text)
        self.code = code
        self.answer: LdapMessage | None = None
