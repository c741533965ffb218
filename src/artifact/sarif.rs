//! SARIF 2.1.0: findings of other tools.
