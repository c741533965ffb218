use crate::domain::*; use crate::ports::*; use crate::policy::PolicyDefaults;
pub struct Gathered { pub evidence: Evidence, pub policy: PolicyFound }
pub async fn gather(_f: &dyn Forge, _r: &Request, _p: PolicyDefaults) -> Result<Gathered, PortError> { Err(PortError::permanent("x","y")) }
