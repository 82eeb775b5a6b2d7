-- An address is found letter by letter: `straße@` is no longer found by `strasse@`, which is another one. (Greek letters with an iota
-- below were two letters as well. Such an address is found again once it is verified anew.)
UPDATE aliases SET key = (
    SELECT lower(replace(substr(email, 1, instr(email, '@') - 1), 'ẞ', 'ß')) || substr(aliases.key, instr(aliases.key, '@'))
    FROM (SELECT json_extract(attributes, '$.email') AS email FROM users WHERE users.id = aliases.user_id))
WHERE kind = 'email' AND user_id IN (
    SELECT id FROM users
    WHERE json_extract(attributes, '$.email') LIKE '%ß%@%' OR json_extract(attributes, '$.email') LIKE '%ẞ%@%');

UPDATE former_contacts SET key = lower(replace(substr(value, 1, instr(value, '@') - 1), 'ẞ', 'ß')) || substr(key, instr(key, '@'))
WHERE kind = 'email' AND (value LIKE '%ß%@%' OR value LIKE '%ẞ%@%');
