"""What all factories share."""

import datetime as dt

import factory

SINCE = dt.date(2020, 1, 1)  # roles and memberships begin before anything a test looks at


class Factory(factory.django.DjangoModelFactory):
    """Saves once: nothing is written again after the row was made."""

    class Meta:
        abstract = True
        skip_postgeneration_save = True
