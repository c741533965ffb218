-- Which team or user group a name stood for when it was first read. Names are in lower case, ids as the vendor writes them.
CREATE TABLE pin (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    id   TEXT NOT NULL,
    PRIMARY KEY (kind, name)
);
