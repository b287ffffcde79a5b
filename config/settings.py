"""Settings: everything that differs between places comes from the environment.

Unset, the values suit a newcomer's machine: embedded PostgreSQL and Redis below DATA_DIR, the demo
company, loopback only. A place that names its own DATABASE_URL is taken for production and must say
SECRET_KEY and ALLOWED_HOSTS too.
"""

import sys
from ipaddress import ip_network
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import embedded, logs

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

TESTING = "pytest" in sys.modules
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / ".data" / ("test" if TESTING else ""))))
PRODUCTION = "DATABASE_URL" in env.ENVIRON and not env.bool("DEMO", default=False)
# Demo mode: known users with a known password, so it serves this machine only.
DEMO = not PRODUCTION and not TESTING and env.bool("DEMO", default=True)
DEBUG = env.bool("DEBUG", default=False)


def _required(name: str, why: str) -> str:
    value = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: {why}")
    return str(value)


if PRODUCTION:
    SECRET_KEY = _required(
        "SECRET_KEY", "production needs a secret of its own, 50 random characters or more."
    )
    if len(SECRET_KEY) < 40:
        raise ImproperlyConfigured("SECRET_KEY is shorter than 40 characters: make a longer random one.")
    ALLOWED_HOSTS = [
        h.strip() for h in _required("ALLOWED_HOSTS", "name the hosts, comma-separated.").split(",")
    ]
    if "*" in ALLOWED_HOSTS:
        raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts: * would believe any Host header.")
    if env.str("CLOCK_OFFSET_FILE", default=""):
        raise ImproperlyConfigured("CLOCK_OFFSET_FILE is set: in production time does not travel.")
    if env.str("EXTRA_APPS", default=""):
        raise ImproperlyConfigured("EXTRA_APPS is set: it is for trials of the program itself.")
    if DEBUG:
        raise ImproperlyConfigured(
            "DEBUG is on: in production it would show the code and its data to anybody."
        )
    _required("REDIS_URL", "every web and worker process must use the same Redis.")
else:
    SECRET_KEY = env.str("SECRET_KEY", default="only-for-demo-and-tests-on-this-machine-never-for-production")
    ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", "testserver"]

# Former keys, for what was signed or encrypted with them.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "template_partials",
    "django_htmx",
    "django_tables2",
    "django_filters",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "core",
    "workflows",
    "crm",
    "contracts",
    "service",
    "config.apps.ConfigConfig",
    # Operations and rows of a trial, such as the chaos suite's.
    *env.list("EXTRA_APPS", default=[]),
]

MIDDLEWARE = [
    "config.request_log.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "core.middleware.LoopbackMiddleware",
    "config.health.MachinesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "core.acting.ActingMiddleware",
    "core.middleware.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "core.middleware.FirstRunMiddleware",
    "core.middleware.OwnPasswordMiddleware",
    "core.middleware.ErrorPagesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context_processors.shell",
            ],
        },
    },
]

# Databases ------------------------------------------------------------------------------------
DATABASE_URL = env.str("DATABASE_URL", default="") or embedded.database_url(DATA_DIR, durable=not TESTING)
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
DATABASES["default"].update(ENGINE="django.db.backends.postgresql", CONN_HEALTH_CHECKS=True)
if "?host=" in DATABASE_URL:
    DATABASES["default"]["HOST"] = DATABASE_URL.split("?host=")[1]
    DATABASES["default"]["OPTIONS"] = {}
DATABASES["default"]["CONN_MAX_AGE"] = 0 if TESTING else env.int("DATABASE_CONN_MAX_AGE", default=600)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="") or embedded.redis_url(DATA_DIR)
CACHES = {
    "default": {
        "BACKEND": "core.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
    }
}
CELERY_BROKER_URL = (
    REDIS_URL.replace("unix://", "redis+socket://").split("?db=")[0]
    if REDIS_URL.startswith("unix")
    else REDIS_URL
)
CELERY_TASK_IGNORE_RESULT = True
# A message is gone when its work is done; what a dead worker held is offered again. Its lease, not the
# broker, decides who may do it.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
# Nothing waits behind the work of one process while another one is free.
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_DISABLE_PREFETCH = True
# A Redis that is away is waited for, however long; web processes do not wait for it.
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_connect_timeout": 3}
# Work of many seconds has a queue of its own; a worker that is told nothing serves both.
CELERY_TASK_DEFAULT_QUEUE = "celery"
CELERY_TASK_QUEUES: dict[str, dict[str, object]] = {"celery": {}, "slow": {}, "outside": {}}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# See config/celery.py: it looks after the connections to the database.
CELERY_DB_REUSE_MAX = 10_000
# In memory: any number of beat processes may run, for what they start is safe to start twice.
CELERY_BEAT_SCHEDULER = "config.beat:Scheduler"
CELERY_BEAT_ENABLE_REMOTE_CONTROL = False


def _every(seconds: float, task: str) -> dict[str, object]:
    """While no worker runs, the ticks that nobody heard do not pile up."""
    return {"task": task, "schedule": seconds, "options": {"expires": max(seconds, 10.0)}}


CELERY_BEAT_SCHEDULE = {
    "audit instances": _every(50.0, "workflows.audit_instances"),
    "tick": _every(1.5, "workflows.tick"),
    "sweep jobs": _every(10.0, "workflows.sweep_jobs"),
    "sweep deliveries": _every(10.0, "workflows.sweep_deliveries"),
    "forget messages": _every(3600.0, "workflows.forget_messages"),
    "sweep background jobs": _every(10.0, "core.sweep_jobs"),
    "tend webhooks": _every(60.0, "core.tend_webhooks"),
    "alert of deadlines": _every(15.0, "workflows.alert_due"),
    "watch over the background": _every(60.0, "workflows.watch_over"),
    "forget old alerts": _every(6 * 3600.0, "workflows.forget_old_alerts"),
    "settle notices": _every(20.0, "workflows.settle_notices"),
    "send the day's letters": _every(300.0, "core.send_digests"),
    "forget old states of drafts": _every(6 * 3600.0, "workflows.forget_old_snapshots"),
    "forget old rows": _every(6 * 3600.0, "core.forget_old_rows"),
    "send reports": _every(60.0, "core.send_reports"),
    "tend the calendar": _every(1800.0, "core.tend_calendar"),
    "take months of renewals down": _every(3600.0, "service.freeze_cohorts"),
    "remove old files": _every(3600.0, "core.remove_old_files"),
    "publish what is scheduled": _every(20.0, "workflows.publish_scheduled"),
    "reassign orphans": _every(60.0, "workflows.reassign_orphans"),
    "roll up figures": _every(60.0, "workflows.roll_up"),
    "purge by night": _every(900.0, "workflows.purge_by_night"),
    "compact by night": _every(900.0, "workflows.compact_by_night"),
    "sweep figures": _every(6 * 3600.0, "workflows.sweep_figures"),
}

# Mail -----------------------------------------------------------------------------------------
# smtp://user:password@host:25, smtp+tls://...:587, smtp+ssl://...:465. Unset: no mail is sent.
EMAIL_URL = env.str("EMAIL_URL", default="")
if EMAIL_URL:
    vars().update(env.email_url_config(EMAIL_URL))
else:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default="xiaoliu@localhost")
# Where people reach the site: links in letters begin with it, https://flow.example.com
SITE_URL = env.str("SITE_URL", default="").rstrip("/")
# What the mail server takes from us, counted over all workers.
MAILS_PER_MINUTE = env.int("MAILS_PER_MINUTE", default=120)

# People ---------------------------------------------------------------------------------------
AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
if TESTING:
    # Each test makes its people anew; a real hash takes a second for them.
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# How long the link of an invitation holds.
PASSWORD_RESET_TIMEOUT = 7 * 24 * 60 * 60
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "core.adapters.ClosedSignupAdapter"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = {"login_failed": "10/5m/key,30/5m/ip", "login": False}
ACCOUNT_PREVENT_ENUMERATION = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_SAVE_EVERY_REQUEST = False

# Language and time ----------------------------------------------------------------------------
# A file with seconds that every process adds to the clock: for trials in which days go by in minutes.
CLOCK_OFFSET_FILE = env.str("CLOCK_OFFSET_FILE", default="")
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
FORMAT_MODULE_PATH = ["core.formats"]

# Static files ---------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
# WhiteNoise warns of a folder that is not there, and before the first collectstatic it is not.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [p for p in [BASE_DIR / "frontend" / "dist"] if p.exists()]
WHITENOISE_USE_FINDERS = not PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if PRODUCTION
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}

# Security -------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if PRODUCTION:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.bool("SECURE_COOKIES", default=True)
    SECURE_SSL_REDIRECT = env.bool("SSL_REDIRECT", default=True)
    # Load balancers and collectors ask from inside, without TLS.
    SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics"]
    SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31536000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = (
        ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=True) else None
    )
    # Failed sign-ins are counted by address: behind a proxy everybody would have the proxy's.
    ALLAUTH_TRUSTED_PROXY_COUNT = env.int(
        "TRUSTED_PROXIES", default=1 if env.bool("BEHIND_PROXY", default=True) else 0
    )
# A decision table of hundreds of rules is one form.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    },
}

# API ------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "core.api.authentication.ApiTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "core.api.pagination.KeysetPagination",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.api.parsers.StrictJSONParser"],
    "EXCEPTION_HANDLER": "core.api.problems.problem_handler",
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "URL_FORMAT_OVERRIDE": None,
}
# What one person may write in a minute; 0 for no limit. It stops a runaway program, nobody at work.
API_WRITES_PER_MINUTE = env.int("API_WRITES_PER_MINUTE", default=6000)
# The bearer token of /metrics; without one production does not answer there.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# Where traces go (OTLP over HTTP); empty: nothing is traced.
OTEL_EXPORTER_OTLP_ENDPOINT = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", default="")
SPECTACULAR_SETTINGS = {
    "TITLE": "Xiaoliu API",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "CustomerKind": "crm.models.Customer.Kind",
        "AddressKind": "crm.models.CustomerAddress.Kind",
        "CustomerStatusKind": "crm.models.CustomerStatus.Kind",
        "ActivityChannel": "crm.models.ActivityType.Channel",
        "ContractKind": "contracts.models.Contract.Kind",
        "EffectiveRule": "contracts.models.Contract.EffectiveRule",
        "SigningOrder": "contracts.models.Contract.SigningOrder",
        "PaperLanguage": "contracts.models.Contract.PaperLanguage",
        "MessageKind": "workflows.models.Message.Kind",
        "ContractState": "contracts.models.Contract.State",
        "AmendmentKind": "contracts.models.AmendmentChange.Kind",
        "TerminationKind": "contracts.models.ContractTermination.Kind",
        "TemplateState": "contracts.models.ContractTemplate.State",
        "TemplateLayout": "contracts.models.ContractTemplate.Layout",
        "ClauseKind": "contracts.models.Clause.Kind",
        "ClauseChangeKind": "contracts.models.ClauseChange.Kind",
        "ClausePart": "contracts.models.Clause.Part",
        "ClauseRisk": "contracts.models.Risk",
        "ProductKind": "contracts.models.Product.Kind",
        "PaymentState": "contracts.models.Payment.State",
        "DunningKind": "contracts.models.DunningKind",
        "ProposalState": "contracts.models.DunningProposal.State",
        "PromiseState": "contracts.models.PromiseToPay.State",
        "LetterChannel": "contracts.models.DunningDispatch.Channel",
        "ComplaintChannel": "service.models.Complaint.Channel",
        "InstanceStatus": "workflows.models.ProcessInstance.Status",
        "WorkItemStatus": "workflows.models.WorkItem.Status",
        "BackgroundJobStatus": "core.models.BackgroundJob.Status",
        "IncidentStatus": "workflows.models.Incident.Status",
        "ShippedOfferStatus": "workflows.models.ShippedOffer.Status",
        "CustomerLevel": "crm.models.Customer.Level",
        "AlertLevel": "workflows.models.Alert.Level",
        "IncidentKind": "workflows.models.Incident.Kind",
        "WebhookDeliveryStatus": "core.models.WebhookDelivery.Status",
        "CalendarDayKind": "core.models.CalendarDay.Kind",
        "NumberRuleReset": "core.models.NumberRule.Reset",
        "GrantScope": "core.models.Grant.Scope",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "core.api.schema.describe_conventions",
    ],
}

DJANGO_TABLES2_TEMPLATE = "generic/table.html"
# How long an instance's lock is waited for before the caller hears "somebody is working on it" (milliseconds).
STEP_LOCK_TIMEOUT_MS = env.int("STEP_LOCK_TIMEOUT_MS", default=3000)
# How long the log of webhooks keeps what was sent.
WEBHOOK_LOG_DAYS = env.int("WEBHOOK_LOG_DAYS", default=90)
# Networks of one's own that webhooks and calls of processes may reach: 10.1.2.0/24,192.168.7.9
WEBHOOK_ALLOWED_NETS = [
    str(ip_network(net.strip(), strict=False)) for net in env.list("WEBHOOK_ALLOWED_NETS", default=[])
]

# json for machines that collect lines, text for people at a terminal.
LOG_FORMAT = env.str("LOG_FORMAT", default="json" if PRODUCTION else "text")
if LOG_FORMAT not in {"json", "text"}:
    raise ImproperlyConfigured("LOG_FORMAT is json or text.")
LOGGING = logs.configuration(
    style=LOG_FORMAT,
    level=env.str("LOG_LEVEL", default="WARNING").upper(),
    # One line for each request; for a trial they would bury everything else.
    access=env.bool("ACCESS_LOG", default=PRODUCTION),
)
