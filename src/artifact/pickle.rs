//! What a pickle would import and call when it is loaded, found by running it symbolically.
