-- Which contacts' codes have set a password since somebody last signed in with all that is asked for, and since when: 'email:1790000000000',
-- the latest last. A second factor whose codes go to the same contact proves nothing then.
ALTER TABLE users ADD COLUMN resets TEXT NOT NULL DEFAULT '';
