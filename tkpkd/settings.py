"""Settings, all from the environment (see .env.example for a line on each)."""

import os
import sys
from pathlib import Path

import environ
from csp.constants import NONE, SELF

from tkpkd.office import own_key

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if os.access(BASE_DIR / ".env", os.R_OK):
    env.read_env(BASE_DIR / ".env")
TKPKD_DATA = Path(env.str("TKPKD_DATA", default="") or BASE_DIR / ".data").absolute()
# A data folder made by `make office` holds its own settings; they win, so that no command runs on it in DEBUG.
if os.access(TKPKD_DATA / "office.env", os.R_OK):
    env.read_env(TKPKD_DATA / "office.env", overwrite=True)
OFFICE = env.bool("TKPKD_OFFICE", default=False)

DEBUG = env.bool("DEBUG", default=True)
HOME_REGION = env.str("HOME_REGION", default="13.72")
PUBLIC_URL = env.str("PUBLIC_URL", default=f"http://localhost:{env.str('PORT', default='8000')}").rstrip("/")
DEMO_USERS = env.bool("DEMO_USERS", default=DEBUG)

# The development key protects nothing; without DEBUG each data folder has its own, made on first use.
SECRET_KEY = env.str("SECRET_KEY", default="") or (
    "development-only-key-replaced-in-real-use-0123456789-abcdef" if DEBUG else own_key(TKPKD_DATA)
)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
_https = PUBLIC_URL.startswith("https://")

INSTALLED_APPS = [
    "tkpkd.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "import_export",
    "csp",
    "tkpkd.apps.ProjectConfig",
    "core",
    "households",
    "programs",
    "meetings",
    "reports",
]

MIDDLEWARE = [
    "core.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "core.middleware.ChosenLanguageMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.middleware.WorkContextMiddleware",
]

ROOT_URLCONF = "tkpkd.urls"
WSGI_APPLICATION = "tkpkd.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context_processors.shell",
            ],
        },
    },
]
FORM_RENDERER = "core.widgets.FormRenderer"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- database: any PostgreSQL 15+ by URL, else the embedded server (tkpkd/embedded.py) ---------------------------
DATABASE_URL = env.str("DATABASE_URL", default="")
if DATABASE_URL:
    DATABASES = {"default": env.db_url_config(DATABASE_URL)}
else:
    DATABASES = {"default": {"NAME": "tkpkd", "USER": "tkpkd"}}
# The engine is Django's own PostgreSQL engine; with an empty DATABASE_URL it starts the embedded server on first use.
DATABASES["default"] |= {
    "ENGINE": "django.db.backends.postgresql" if DATABASE_URL else "tkpkd.embedded_backend",
    "CONN_MAX_AGE": 60,
    "CONN_HEALTH_CHECKS": True,
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "core_cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},  # kept numbers must not push out what throttles sign-in and look-ups
    }
}

# --- sign-in -------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = [
    "core.auth.RoleBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "core.auth.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody may sign up: a letter to a stranger would have nothing to offer
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if _https else "http"
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "10/m/ip,5/5m/key"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "TKPKD"

SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _https
SECURE_SSL_REDIRECT = False  # the reverse proxy redirects; on the loopback address there is no TLS
SILENCED_SYSTEM_CHECKS = ["security.W008"]  # the same, asked by `check --deploy`
SECURE_HSTS_SECONDS = 31536000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
# An https address means one proxy in front: sign-in limits by address look at whom it passes on, not at the proxy.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("PROXIES", default=1 if _https else 0)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}

# --- language, time ------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Jakarta"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

# --- files, mail, work ---------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = TKPKD_DATA / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not DEBUG
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = False
UPLOADS_DIR = TKPKD_DATA / "uploads"
REPORTS_DIR = TKPKD_DATA / "reports"
BACKUPS_DIR = TKPKD_DATA / "backups"
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

_email = env.str("EMAIL_URL", default="")
if _email:
    vars().update(env.email_url_config(_email))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = TKPKD_DATA / "outbox"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="TKPKD <tkpkd@localhost>")

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "long"]}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler", "stream": sys.stderr}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}

# --- counts for the province ----------------------------------------------------------------------------------------
AGGREGATE_KEY = env.str("AGGREGATE_KEY", default="")  # signs this city's package
AGGREGATE_KEYS = env.dict("AGGREGATE_KEYS", default={})  # at the province: region code → key of that city

# --- limits of uploaded sheets ---------------------------------------------------------------------------------------
SHEET_MAX_BYTES = 60 * 1024 * 1024
SHEET_MAX_UNZIPPED_BYTES = 500 * 1024 * 1024
SHEET_MAX_ROWS = 300_000
SHEET_MAX_COLUMNS = 500

# --- attached files -------------------------------------------------------------------------------------------------
ATTACHMENT_MAX_BYTES = 15 * 1024 * 1024
