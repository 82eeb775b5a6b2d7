-- An address is found letter by letter: `straße@` is no longer found by `strasse@`, which is another one. (Greek letters with an iota
-- below were two letters as well. Such an address is found again once it is verified anew.)
UPDATE aliases SET key = (
    SELECT lower(replace(split_part(email, '@', 1), 'ẞ', 'ß')) || substr(aliases.key, strpos(aliases.key, '@'))
    FROM (SELECT attributes::json ->> 'email' AS email FROM users WHERE users.id = aliases.user_id) AS found)
WHERE kind = 'email' AND user_id IN (
    SELECT id FROM users
    WHERE attributes::json ->> 'email' LIKE '%ß%@%' OR attributes::json ->> 'email' LIKE '%ẞ%@%');

UPDATE former_contacts SET key = lower(replace(split_part(value, '@', 1), 'ẞ', 'ß')) || substr(key, strpos(key, '@'))
WHERE kind = 'email' AND (value LIKE '%ß%@%' OR value LIKE '%ẞ%@%');
