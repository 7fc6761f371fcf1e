-- SPDX-License-Identifier: Apache-2.0
-- The practice ground's database: a car rental of about 319,000 rows in 17 tables. Deterministic: no random(), no now().
-- Load it as a superuser into an empty database: psql -v ON_ERROR_STOP=1 -f bookings.sql URL
-- It makes two logins for the cluster, where they are missing: holdfast_measure reads everything and writes nothing;
-- holdfast_perform owns the tables: whoever has it can destroy them.

SET client_min_messages = warning;
SELECT 'CREATE ROLE holdfast_measure LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'holdfast_measure') \gexec
SELECT 'CREATE ROLE holdfast_perform LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'holdfast_perform') \gexec
GRANT pg_read_all_data, pg_read_all_stats, pg_read_all_settings TO holdfast_measure;
ALTER SCHEMA public OWNER TO holdfast_perform;

BEGIN;
SET LOCAL ROLE holdfast_perform;

CREATE TYPE booking_state AS ENUM ('requested', 'confirmed', 'running', 'returned', 'cancelled');

CREATE TABLE locations (
    id int PRIMARY KEY, city text NOT NULL, country text NOT NULL, opened date NOT NULL);
CREATE TABLE customers (
    id int PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE, phone text, country text NOT NULL,
    created_at timestamptz NOT NULL);
CREATE TABLE vehicles (
    id int PRIMARY KEY, plate text NOT NULL UNIQUE, model text NOT NULL, location_id int NOT NULL REFERENCES locations,
    daily_rate numeric(8,2) NOT NULL, updated_at timestamptz NOT NULL);
CREATE TABLE vehicle_inspections (
    id int PRIMARY KEY, vehicle_id int NOT NULL REFERENCES vehicles ON DELETE CASCADE, inspected_at date NOT NULL, passed boolean NOT NULL);
CREATE TABLE bookings (
    id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customers ON DELETE CASCADE, vehicle_id int NOT NULL REFERENCES vehicles,
    starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL, state booking_state NOT NULL, total numeric(10,2) NOT NULL,
    updated_at timestamptz NOT NULL, CHECK (ends_at > starts_at));
CREATE TABLE booking_lines (
    id int PRIMARY KEY, booking_id int NOT NULL REFERENCES bookings ON DELETE CASCADE, item text NOT NULL, amount numeric(10,2) NOT NULL);
CREATE TABLE line_taxes (
    id int PRIMARY KEY, line_id int NOT NULL REFERENCES booking_lines ON DELETE CASCADE, rate numeric(4,2) NOT NULL, amount numeric(10,2) NOT NULL);
CREATE TABLE payments (
    id int PRIMARY KEY, booking_id int NOT NULL REFERENCES bookings ON DELETE CASCADE, card_last4 text NOT NULL, amount numeric(10,2) NOT NULL,
    paid_at timestamptz NOT NULL);
CREATE TABLE refunds (
    id int PRIMARY KEY, payment_id int NOT NULL REFERENCES payments ON DELETE CASCADE, amount numeric(10,2) NOT NULL, reason text NOT NULL);
CREATE TABLE invoices (
    id int PRIMARY KEY, booking_id int REFERENCES bookings ON DELETE SET NULL, number text NOT NULL UNIQUE, issued_at date NOT NULL,
    amount numeric(10,2) NOT NULL);
CREATE TABLE messages (
    id int PRIMARY KEY, booking_id int NOT NULL REFERENCES bookings ON DELETE CASCADE, sent_at timestamptz NOT NULL, body text NOT NULL);
CREATE TABLE reviews (
    booking_id int PRIMARY KEY REFERENCES bookings ON DELETE CASCADE, stars int NOT NULL CHECK (stars BETWEEN 1 AND 5), comment text);
CREATE TABLE damage_reports (
    id int PRIMARY KEY, booking_id int NOT NULL REFERENCES bookings ON DELETE CASCADE, reported_at date NOT NULL, cost numeric(10,2) NOT NULL);
CREATE TABLE deposits (
    booking_id int PRIMARY KEY REFERENCES bookings ON DELETE CASCADE, amount numeric(10,2) NOT NULL, released boolean NOT NULL);
CREATE TABLE handovers (
    id int PRIMARY KEY, booking_id int NOT NULL REFERENCES bookings ON DELETE CASCADE, at timestamptz NOT NULL, mileage int NOT NULL);
CREATE TABLE late_fees (
    id int PRIMARY KEY, booking_id int NOT NULL REFERENCES bookings ON DELETE CASCADE, hours int NOT NULL, amount numeric(10,2) NOT NULL);
CREATE TABLE audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL, what text NOT NULL);

INSERT INTO locations SELECT i, 'City ' || i, (ARRAY['DE','FR','NL','AT','PL'])[1 + i % 5], date '2015-01-01' + i * 37 FROM generate_series(1, 40) i;
INSERT INTO customers SELECT i, 'Customer ' || i, 'customer' || i || '@mail.example', '+49 30 ' || lpad((i * 7919 % 10000000)::text, 7, '0'),
    (ARRAY['DE','FR','NL','AT','PL'])[1 + i % 5], timestamptz '2023-01-01 08:00+00' + i * interval '97 minutes' FROM generate_series(1, 12000) i;
INSERT INTO vehicles SELECT i, 'B-HF ' || lpad(i::text, 4, '0'), (ARRAY['Compact','Estate','Van','Electric'])[1 + i % 4], 1 + i % 40,
    29 + i % 60, timestamptz '2026-01-01 00:00+00' + i * interval '3 hours' FROM generate_series(1, 1500) i;
INSERT INTO vehicle_inspections SELECT i, 1 + i % 1500, date '2024-01-01' + i % 900, i % 17 <> 0 FROM generate_series(1, 6000) i;
INSERT INTO bookings SELECT i, 1 + i * 31 % 12000, 1 + i * 17 % 1500, s, s + (1 + i % 9) * interval '1 day',
    (CASE WHEN i % 23 = 0 THEN 'cancelled' WHEN i > 59500 THEN 'requested' WHEN i > 58000 THEN 'confirmed' WHEN i > 57600 THEN 'running'
     ELSE 'returned' END)::booking_state, (1 + i % 9) * (29 + i % 60), s - interval '5 days'
    FROM (SELECT i, timestamptz '2023-03-01 09:00+00' + i * interval '32 minutes' AS s FROM generate_series(1, 60000) i) x;
INSERT INTO booking_lines SELECT i, 1 + i * 7 % 60000, (ARRAY['rental','insurance','child seat','fuel'])[1 + i % 4], 10 + i % 90 FROM generate_series(1, 90000) i;
INSERT INTO line_taxes SELECT i, i * 3, 19, round((10 + i * 3 % 90) * 0.19, 2) FROM generate_series(1, 30000) i;
INSERT INTO payments SELECT i, 1 + i * 11 % 60000, lpad((i * 37 % 10000)::text, 4, '0'), 40 + i % 400,
    timestamptz '2023-02-25 09:00+00' + i * interval '40 minutes' FROM generate_series(1, 48000) i;
INSERT INTO refunds SELECT i, i * 40, 15 + i % 80, 'goodwill' FROM generate_series(1, 1200) i;
INSERT INTO invoices SELECT i, i * 3, 'RE-' || lpad(i::text, 6, '0'), date '2023-03-05' + i / 18, 40 + i % 400 FROM generate_series(1, 20000) i;
INSERT INTO messages SELECT i, 1 + i * 13 % 60000, timestamptz '2023-03-01 10:00+00' + i * interval '70 minutes', 'Where do I return car ' || i % 1500 || '?'
    FROM generate_series(1, 25000) i;
INSERT INTO reviews SELECT i * 7, 1 + i % 5, CASE WHEN i % 3 = 0 THEN 'Thank you' END FROM generate_series(1, 8000) i;
INSERT INTO damage_reports SELECT i, i * 61, date '2023-04-01' + i, 120 + i * 13 % 900 FROM generate_series(1, 900) i;
INSERT INTO deposits SELECT i * 4, 300, i % 50 <> 0 FROM generate_series(1, 9000) i;
INSERT INTO handovers SELECT i, i * 9, timestamptz '2023-03-01 09:00+00' + i * interval '5 hours', 1000 + i * 41 FROM generate_series(1, 6000) i;
INSERT INTO late_fees SELECT i, i * 47, 1 + i % 11, 12 * (1 + i % 11) FROM generate_series(1, 1200) i;

CREATE INDEX ON bookings (customer_id);
CREATE INDEX ON bookings (vehicle_id);
CREATE INDEX ON vehicle_inspections (vehicle_id);
CREATE INDEX ON booking_lines (booking_id);
CREATE INDEX ON line_taxes (line_id);
CREATE INDEX ON payments (booking_id);
CREATE INDEX ON refunds (payment_id);
CREATE INDEX ON invoices (booking_id);
CREATE INDEX ON messages (booking_id);
CREATE INDEX ON damage_reports (booking_id);
CREATE INDEX ON handovers (booking_id);
CREATE INDEX ON late_fees (booking_id);

CREATE VIEW payments_view AS
    SELECT p.id, p.amount, p.paid_at, b.state, c.name FROM payments p JOIN bookings b ON b.id = p.booking_id JOIN customers c ON c.id = b.customer_id;
CREATE VIEW fleet_load AS
    SELECT v.id, v.plate, count(b.id) AS open_bookings FROM vehicles v LEFT JOIN bookings b ON b.vehicle_id = v.id AND b.state IN ('confirmed', 'running')
    GROUP BY v.id, v.plate;
CREATE MATERIALIZED VIEW monthly_revenue AS
    SELECT date_trunc('month', starts_at AT TIME ZONE 'UTC') AS month, sum(total) AS revenue FROM bookings WHERE state <> 'cancelled' GROUP BY 1;

CREATE FUNCTION touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at := now(); RETURN NEW; END $$;
CREATE FUNCTION note_customer_deletion() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO public.audit_log (at, what) VALUES (now(), 'customer ' || OLD.id || ' deleted'); RETURN OLD; END $$;
CREATE TRIGGER vehicles_touch BEFORE UPDATE ON vehicles FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
CREATE TRIGGER customers_note AFTER DELETE ON customers FOR EACH ROW EXECUTE FUNCTION note_customer_deletion();
COMMIT;

VACUUM ANALYZE;
