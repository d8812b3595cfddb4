//! Access tokens: the secret that a client brings, and why one is refused.

use std::fmt;

use super::close::Close;
use super::ids::BadId;

/// The longest access token that is looked at, in bytes.
pub const ACCESS_TOKEN_MAX: usize = 8 << 10;

/// An access token as the client brings it, unchecked.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken(Box<str>);

impl AccessToken {
    /// As the client brings it.
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// For whoever checks it, and for nobody else.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AccessToken {
    /// Without the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken")
    }
}

/// Why an access token is refused; the sentence goes to the client, and quotes nothing of the
/// token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadToken {
    /// There is none.
    #[error(
        "this server asks for an access token: give one by `Authorization: Bearer`, by the \
         subprotocol `bearer.<token>` or by `token` in the URL"
    )]
    Missing,
    /// Two that differ.
    #[error("two different access tokens were given: give one")]
    Several,
    /// Over the limit.
    #[error("the access token is longer than {ACCESS_TOKEN_MAX} bytes")]
    TooLong,
    /// No three parts, no base64, no JSON.
    #[error("the access token is no JSON Web Token (RFC 7519): was it cut off?")]
    Malformed,
    /// It has header parameters that must be understood and are not.
    #[error("the access token has the header `crit`, of which this server understands nothing")]
    Critical,
    /// It is said to be something else than an access token for this server.
    #[error("the access token is of another type (`typ`) than this server takes")]
    Type,
    /// An algorithm that the key is not for.
    #[error("the access token is not signed with an algorithm of this server's key")]
    Algorithm,
    /// A key that there is none of.
    #[error("the access token is signed with a key (`kid`) that this server does not know")]
    UnknownKey,
    /// No such signature.
    #[error("the signature of the access token does not fit")]
    Signature,
    /// Its time is over.
    #[error("the access token has expired: come back with a fresh one")]
    Expired,
    /// Its time has not come.
    #[error("the access token is not valid yet (`nbf`): are the clocks right?")]
    NotYet,
    /// For another server.
    #[error("the access token is for another audience (`aud`)")]
    Audience,
    /// By another issuer.
    #[error("the access token is of another issuer (`iss`)")]
    Issuer,
    /// A claim that must be there.
    #[error("the access token has no claim `{0}`, or not as it must be")]
    NoClaim(&'static str),
    /// A claim that cannot be understood.
    #[error("the claim `{claim}` of the access token must be {expected}")]
    Claim {
        /// The claim.
        claim: &'static str,
        /// What is allowed, in words.
        expected: &'static str,
    },
    /// The subject can be nobody's name.
    #[error("the subject (`sub`) of the access token {0}")]
    Subject(BadId),
    /// The client claims another name than the token's.
    #[error("the access token is of another user than the one that you claim to be")]
    OtherUser,
}

impl BadToken {
    /// How a socket that brings it is closed.
    pub const fn close(&self) -> Close {
        match self {
            BadToken::Expired => Close::TokenExpired,
            _ => Close::TokenRefused,
        }
    }

    /// Whether somebody may be trying what fits. None at all is no attempt; and what is out of
    /// its time is signed by a key of ours all the same.
    pub const fn is_an_attempt(&self) -> bool {
        !matches!(self, BadToken::Missing | BadToken::Expired | BadToken::NotYet)
    }
}
