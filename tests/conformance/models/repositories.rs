//! Small repositories before and after, with the flags that a reviewer expects.
