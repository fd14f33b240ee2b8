-- One schema and one login role for each service: nobody can read, or join with, what belongs to another.
--
-- Run by psql, connected to Holdfast's own database as its administrator. May be run again at any time: it makes what
-- is missing and sets the passwords to those given.
--
--     psql -v ON_ERROR_STOP=1 -v tracking_password=… -v prediction_password=… -v nudging_password=… \
--          -v notification_password=… -v gateway_password=… -f init.sql
--
-- Where a variable is not given, the environment is asked: HOLDFAST_TRACKING_PASSWORD and so on. That is how the
-- official postgres image runs this file from /docker-entrypoint-initdb.d. There is no default password.

\set ON_ERROR_STOP on
\set QUIET on

\getenv tracking_environment HOLDFAST_TRACKING_PASSWORD
\if :{?tracking_password}
\elif :{?tracking_environment}
    \set tracking_password :tracking_environment
\else
    \set tracking_password ''
\endif

\getenv prediction_environment HOLDFAST_PREDICTION_PASSWORD
\if :{?prediction_password}
\elif :{?prediction_environment}
    \set prediction_password :prediction_environment
\else
    \set prediction_password ''
\endif

\getenv nudging_environment HOLDFAST_NUDGING_PASSWORD
\if :{?nudging_password}
\elif :{?nudging_environment}
    \set nudging_password :nudging_environment
\else
    \set nudging_password ''
\endif

\getenv notification_environment HOLDFAST_NOTIFICATION_PASSWORD
\if :{?notification_password}
\elif :{?notification_environment}
    \set notification_password :notification_environment
\else
    \set notification_password ''
\endif

\getenv gateway_environment HOLDFAST_GATEWAY_PASSWORD
\if :{?gateway_password}
\elif :{?gateway_environment}
    \set gateway_password :gateway_environment
\else
    \set gateway_password ''
\endif

-- Passwords must not reach the server's log, not even with a statement that fails. Only a superuser may set this.
SELECT set_config(setting, value, false)
FROM (VALUES ('log_statement', 'none'), ('log_min_error_statement', 'panic'), ('log_min_duration_statement', '-1'))
    AS quiet (setting, value)
WHERE (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
\g /dev/null

BEGIN;

CREATE TEMPORARY TABLE login (service text PRIMARY KEY, role text NOT NULL, password text NOT NULL) ON COMMIT DROP;
INSERT INTO login (service, role, password)
VALUES ('tracking', 'holdfast_tracking', :'tracking_password'),
       ('prediction', 'holdfast_prediction', :'prediction_password'),
       ('nudging', 'holdfast_nudging', :'nudging_password'),
       ('notification', 'holdfast_notification', :'notification_password'),
       ('gateway', 'holdfast_gateway', :'gateway_password');

DO $$
DECLARE
    missing text;
BEGIN
    SELECT string_agg(service || '_password', ', ' ORDER BY service) INTO missing FROM login WHERE password = '';
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'no password given: %', missing
            USING HINT = 'psql -v tracking_password=…, or HOLDFAST_TRACKING_PASSWORD in the environment';
    END IF;
END
$$;

-- Roles belong to the whole server, so they may be there already, from another database of the same server.
SELECT format('CREATE ROLE %I', role) FROM login
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) ORDER BY service
\gexec

SELECT format('ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT PASSWORD %L',
              role, password)
FROM login ORDER BY service
\gexec

-- Out of the box everybody may connect to every database and make temporary tables there.
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database())
\gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), role) FROM login ORDER BY service
\gexec
-- `holdfast rebuild` makes read models anew in temporary tables.
SELECT format('GRANT TEMPORARY ON DATABASE %I TO %I', current_database(), role) FROM login WHERE service = 'tracking'
\gexec
REVOKE ALL ON SCHEMA public FROM PUBLIC;

SELECT format('CREATE SCHEMA %I AUTHORIZATION %I', service, role) FROM login
WHERE NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = service) ORDER BY service
\gexec
SELECT format('REVOKE ALL ON SCHEMA %I FROM PUBLIC', service) FROM login ORDER BY service
\gexec

-- Unqualified names mean the service's own tables, also for a person who logs in with its role.
SELECT format('ALTER ROLE %I IN DATABASE %I SET search_path = %I', role, current_database(), service)
FROM login ORDER BY service
\gexec

COMMIT;
