//! Files in files: zip, tar and compressed streams, read by content and with limits.
