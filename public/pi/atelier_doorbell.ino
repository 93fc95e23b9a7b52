// HC-SR04 for the Doorbell page of Atelier, on an Arduino, ESP32 or Pico: the same lines as atelier_doorbell.py.
// Boards of 3.3 V need the voltage divider on ECHO (wiring.svg); boards of 5 V do not. License: Apache-2.0.
const int TRIGGER_PIN = 4;
const int ECHO_PIN = 17;
const char *DEVICE_NAME = "Front door";
const unsigned long BAUD = 115200;
const unsigned long READING_EVERY_MS = 100;  // at 9600 baud 125 or more
const unsigned long HELLO_EVERY_MS = 5000;

unsigned long count = 0, nextReading = 0, nextHello = 0;

void sendSealed(const char *body) {
  unsigned int crc = 0xFFFF;  // CRC-16/CCITT-FALSE
  for (const char *at = body; *at; at++) {
    crc ^= (unsigned int)(unsigned char)*at << 8;
    for (int bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xFFFF;
  }
  char end[24];
  snprintf(end, sizeof end, ",\"crc\":\"%04x\"}\n", crc);
  Serial.print(body);
  Serial.print(end);
}

void setup() {
  Serial.begin(BAUD);
  pinMode(TRIGGER_PIN, OUTPUT);
  pinMode(ECHO_PIN, INPUT);
}

void loop() {
  unsigned long now = millis();
  char body[120], distance[24] = "null";
  if ((long)(now - nextHello) >= 0) {
    snprintf(body, sizeof body, "{\"v\":1,\"t\":%lu,\"hello\":\"%s\",\"fw\":\"ino 1.0.0\"", now, DEVICE_NAME);
    sendSealed(body);
    nextHello = now + HELLO_EVERY_MS;
  }
  if ((long)(now - nextReading) < 0) return;
  nextReading = now + READING_EVERY_MS;
  digitalWrite(TRIGGER_PIN, HIGH);
  delayMicroseconds(10);
  digitalWrite(TRIGGER_PIN, LOW);
  unsigned long echoUs = pulseIn(ECHO_PIN, HIGH, 24000UL);  // 0: no echo within 4 m
  if (echoUs > 0) snprintf(distance, sizeof distance, "%lu", echoUs * 343UL / 2000UL);  // mm, at 20 °C
  snprintf(body, sizeof body, "{\"v\":1,\"n\":%lu,\"t\":%lu,\"mm\":%s", count++, now, distance);
  sendSealed(body);
}
