//! SIGHUP: what a running server reads again, and what needs a restart.

use log::{info, warn};

use super::Server;
use crate::config::{self, Config, SETTINGS, Secret};
use crate::hub::UseTurnSecret;

impl Server {
    /// Answers SIGHUP, with the settings as they have been read again. If they have a fault they
    /// change nothing.
    pub(super) fn read_again(&self, current: &mut Config, fresh: Result<Config, config::Fault>) {
        info!("certificate, keys and secrets are read again");
        match fresh {
            Ok(fresh) => self.reload(current, &fresh),
            Err(fault) => {
                warn!(reason:% = fault; "the settings and secrets stay as they were");
                self.look_at_files();
            }
        }
    }

    /// Has the files of certificate and keys looked at, and takes the secrets of `fresh` in place of
    /// those of `current`. Names the settings that differ otherwise, which need a restart.
    pub fn reload(&self, current: &mut Config, fresh: &Config) {
        self.look_at_files();
        if let Some(secret) = changed(&mut current.jwt_secret, &fresh.jwt_secret)
            && let Some(auth) = &self.auth
        {
            auth.renew(Some(secret));
            info!("access tokens are checked with a new jwt-secret");
        }
        if let Some(secret) = changed(&mut current.turn_secret, &fresh.turn_secret) {
            // why: one message for a signal, and the hub ends only with the server.
            self.hub.do_send(UseTurnSecret(secret.clone()));
            info!("TURN credentials are made with a new turn-secret");
        }
        if let Some(secret) = changed(&mut current.admin_token, &fresh.admin_token)
            && let Some(admin) = &self.admin
        {
            admin.token.store(secret.clone().into());
            info!("the admin API takes a new admin-token");
        }
        let settings = differing(current, fresh);
        if !settings.is_empty() {
            warn!(settings; "these settings have changed and need a restart to take effect");
        }
    }

    /// Has the files of certificate and keys looked at, on the threads that follow them.
    pub fn look_at_files(&self) {
        if let Some(certificate) = &self.certificate {
            certificate.look_now();
        }
        if let Some(auth) = &self.auth {
            auth.renew(None);
        }
    }
}

/// The secret of `fresh`, where it replaces another one.
fn changed<'a>(current: &mut Option<Secret>, fresh: &'a Option<Secret>) -> Option<&'a Secret> {
    let (Some(old), Some(new)) = (current, fresh) else { return None };
    (old != new).then(|| {
        old.clone_from(new);
        new
    })
}

/// The names of the settings that differ, with commas in between.
pub(super) fn differing(current: &Config, fresh: &Config) -> String {
    let differs = SETTINGS.iter().filter(|it| it.value(current) != it.value(fresh));
    differs.map(|it| it.name()).collect::<Vec<_>>().join(", ")
}
