using UserStore.Modeling;

namespace UserStore.Preparation;

/// <summary>Reads and sets the properties of users that have roles.</summary>
/// <param name="model">The model.</param>
/// <param name="values">The unique values of the store; null where the values that users hold are not compared with stored ones.</param>
internal sealed class UserRoleValues(UserModel model, UniqueValues? values = null)
{
    private const char OtherKind = '\0';
    private const char HashesLetter = 'H';
    private const char NumberLetter = 'N';
    private const char SetLetter = 'T';
    private const char StringLetter = 'S';

    /// <summary>Returns the version, or null.</summary>
    public long? VersionOf(object user)
        => model.Version?.GetValue(user) is { } version ? Convert.ToInt64(version, System.Globalization.CultureInfo.InvariantCulture) : null;

    /// <summary>Returns when the user expires, in epoch seconds; null if it does not.</summary>
    public long? ExpiryOf(object user) => model.ExpiresAt?.GetValue(user) switch
    {
        null => null,
        DateTimeOffset instant => instant.ToUnixTimeSeconds(),
        DateTime date => new DateTimeOffset(date.ToUniversalTime()).ToUnixTimeSeconds(),
        var seconds => Convert.ToInt64(seconds, System.Globalization.CultureInfo.InvariantCulture),
    };

    /// <summary>Sets the version, in the type of its property.</summary>
    public void SetVersion(object user, long? version)
    {
        if (model.Version is { } property)
        {
            property.SetValue(user, version is null
                ? null
                : Convert.ChangeType(version.Value, property.ValueType, System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Sets a time, in the type of its property.</summary>
    public static void SetTime(MappedProperty? property, object user, DateTimeOffset now)
        => property?.SetValue(user, property.AsStoredTime(property.ValueType == typeof(DateTime) ? (object)now.UtcDateTime : now));

    /// <summary>Returns whether a time has a value other than the default.</summary>
    public static bool HasTime(MappedProperty property, object user) => property.GetValue(user) switch
    {
        DateTime date => date != default,
        DateTimeOffset instant => instant != default,
        _ => false,
    };

    /// <summary>Truncates an expiry to whole seconds, as it is stored.</summary>
    public void TruncateExpiry(object user)
    {
        if (model.ExpiresAt is { } property && property.IsInstantOrDate && property.GetValue(user) is { } expiry)
            property.SetValue(user, WholeSeconds(expiry));
    }

    /// <summary>Returns an instant in whole seconds and in UTC.</summary>
    public static object WholeSeconds(object expiry) => expiry switch
    {
        DateTimeOffset instant => DateTimeOffset.FromUnixTimeSeconds(instant.ToUnixTimeSeconds()),
        DateTime date => DateTimeOffset.FromUnixTimeSeconds(new DateTimeOffset(date.ToUniversalTime()).ToUnixTimeSeconds()).UtcDateTime,
        _ => expiry,
    };

    /// <summary>Returns what is known of the stored user, or null if the user does not have it.</summary>
    /// <exception cref="InvalidUserException">The revision is not one that the store returned.</exception>
    public UserRevision? KnownOf(object user) => model.Revision?.GetValue(user) switch
    {
        UserRevision known => known,
        string text => UserRevision.Parse(text)
            ?? throw new InvalidUserException(model.Revision!.Name, "must be the revision that the store returned, unchanged"),
        _ => null,
    };

    /// <summary>Records in a user that the table holds it as it is, with this revision.</summary>
    public void Attach(object user, string? writeId, string? birthId)
    {
        if (model.Revision is not null)
            Attach(user, writeId, birthId, HeldValues.Of(ReservedTexts(user)), content: null);
    }

    /// <summary>Records in a user that was read that the table holds it.</summary>
    /// <param name="user">The user.</param>
    /// <param name="writeId">The id of the last write.</param>
    /// <param name="birthId">The id of the write that created the user.</param>
    /// <param name="values">The unique values and their scopes, as the table holds them; null if they have no texts, so that a write must read
    /// them.</param>
    /// <param name="content">The fingerprint of an item without a write id.</param>
    public void Attach(object user, string? writeId, string? birthId, HeldValues? values, string? content)
    {
        if (model.Revision is null)
            return;
        var known = new UserRevision(writeId, birthId, VersionOf(user), ExpiryOf(user), values ?? default)
        {
            AreFingerprints = values is null,
            Content = content,
        };
        if (user is User own)
            own.Revision = known;
        else if (model.Revision.PropertyType == typeof(UserRevision))
            model.Revision.SetValue(user, known);
        else
            model.Revision.SetValue(user, known.IsText ? known.ToString() : null);
    }

    /// <summary>Returns the unique values of a user and their scopes, as they are stored.</summary>
    public string?[] ReservedTexts(object user)
    {
        string?[] texts = new string?[model.ReservedProperties.Count];
        for (int i = 0; i < texts.Length; i++)
        {
            MappedProperty property = model.ReservedProperties[i];
            texts[i] = property.IsEncrypted && values is not null
                ? values.HashesIn(property, user) is { } hashes ? TextOf(property, hashes) : null
                : TextOf(property, user);
        }

        return texts;
    }

    /// <summary>Returns the text by which a user knows a stored value. It shows whether another program stored a value of another type, such as a
    /// number in place of a string.</summary>
    public static string TextOf(MappedProperty property, StoredScalar stored)
        => stored.Kind == KindOf(property) && !stored.Text.StartsWith(OtherKind)
            ? stored.Text
            : $"{OtherKind}{KindLetter(stored)}{stored.Text}";

    /// <summary>Returns the stored value of a text that <see cref="TextOf(MappedProperty, StoredScalar)"/> returned.</summary>
    public static StoredScalar ScalarOf(MappedProperty property, string text) => text.StartsWith(OtherKind)
        ? new StoredScalar(
            text[1] switch
            {
                NumberLetter => ScalarKind.Number,
                SetLetter => ScalarKind.StringSet,
                HashesLetter => ScalarKind.Hashes,
                _ => ScalarKind.String,
            },
            text[2..])
        : new StoredScalar(KindOf(property), text);

    private static ScalarKind KindOf(MappedProperty property) => property.IsStringSet ? ScalarKind.StringSet : property.KeyKind() ?? ScalarKind.String;

    private static char KindLetter(StoredScalar stored) => stored.Kind switch
    {
        ScalarKind.Number => NumberLetter,
        ScalarKind.StringSet => SetLetter,
        ScalarKind.Hashes => HashesLetter,
        _ => StringLetter,
    };

    /// <summary>Returns the text by which a user knows the value that it has.</summary>
    public static string? TextOf(MappedProperty property, object user) => property.GetValue(user) switch
    {
        null => null,
        string text when !property.HasConverter && !text.StartsWith(OtherKind) => text,
        var value => property.ScalarOfValue(value) is { } scalar ? TextOf(property, scalar) : null,
    };
}
