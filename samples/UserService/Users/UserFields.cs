using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using UserStore;

namespace UserService.Users;

/// <summary>Reads and validates the fields of a user, and reports all violations at once.</summary>
internal static partial class UserFields
{
    public const string StatusRule = "must be 1 to 30 lower-case letters and '-'";

    private const string NoInvisible = "without control characters and without characters that override the direction of the text";
    private const int MaxName = 200;
    private const int MaxEmail = 320;
    private const int MaxAge = 150;
    private const int MaxTags = 20;
    private const int MaxTag = 50;

    private static readonly Field[] All =
    [
        new Field<string>(
            "userId",
            "must be 1 to 100 letters, digits, '-', '_' and '.', but not '.' or '..'",
            value => Match(value, UserIds()),
            (user, id) => user with { UserId = id! },
            Property: null),
        new Field<string>(
            "name",
            $"must be a string of 1 to {MaxName} characters, {NoInvisible}",
            value => Text(value, MaxName),
            (user, name) => user with { Name = name! },
            user => user.Name)
        { IsRequired = true },
        new Field<string>(
            "email",
            $"must be an email address of at most {MaxEmail} characters",
            value => Match(value, Emails()),
            (user, email) => user with { Email = email! },
            user => user.Email)
        { IsRequired = true },
        new Field<string>(
            "status",
            StatusRule,
            value => Match(value, Statuses()),
            (user, status) => user with { Status = status! },
            user => user.Status!),
        new Field<int?>(
            "age",
            $"must be a whole number from 0 to {MaxAge}",
            Age,
            (user, age) => user with { Age = age },
            user => user.Age)
        { CanRemove = true },
        new Field<IReadOnlyList<string>>(
            "tags",
            $"must be a list of at most {MaxTags} strings of 1 to {MaxTag} characters, {NoInvisible}",
            Tags,
            (user, tags) => user with { Tags = tags ?? [] },
            user => user.Tags)
        { CanRemove = true },
        new Field<DateTimeOffset?>(
            "expiresAt",
            "must be an instant with its offset, such as 2030-01-31T00:00:00Z",
            Instant,
            (user, at) => user with { ExpiresAt = at },
            user => user.ExpiresAt)
        { CanRemove = true },
    ];

    public static bool IsStatus(string text) => Statuses().IsMatch(text);

    /// <summary>Reads a new user.</summary>
    /// <returns>The user, or the errors by field.</returns>
    public static (User? User, IReadOnlyDictionary<string, string[]> Errors) ReadUser(JsonElement body)
    {
        var user = new User();
        Dictionary<string, string[]> errors = Read(body, isNew: true, (field, value) =>
        {
            if (value.ValueKind == JsonValueKind.Null && !field.IsRequired)
                return true;
            if (field.Set(user, value) is not { } changed)
                return false;
            user = changed;
            return true;
        });
        if (body.ValueKind == JsonValueKind.Object)
        {
            foreach (Field missing in All.Where(field => field.IsRequired && !body.TryGetProperty(field.Name, out _)))
                errors[missing.Name] = ["is required"];
        }

        return (errors.Count == 0 ? user : null, errors);
    }

    /// <summary>Reads a merge patch, RFC 7396.</summary>
    /// <returns>The patch; null if it has no fields, and so changes nothing.</returns>
    /// <exception cref="ProblemException">The patch is not valid.</exception>
    public static UserPatch<User>? ReadPatch(JsonElement body)
    {
        var patch = new UserPatch<User>();
        bool isEmpty = true;
        Dictionary<string, string[]> errors = Read(body, isNew: false, (field, value) =>
        {
            isEmpty = false;
            UserPatch<User>? changed = value.ValueKind != JsonValueKind.Null ? field.Set(patch, value) : field.CanRemove ? field.Remove(patch) : null;
            patch = changed ?? patch;
            return changed is not null;
        });
        if (errors.Count > 0)
            throw new ProblemException(Problem.Invalid(errors));
        return isEmpty ? null : patch;
    }

    /// <summary>Returns a user with the changes of a merge patch that <see cref="ReadPatch"/> accepts.</summary>
    public static User Apply(JsonElement body, User user) => body.EnumerateObject().Aggregate(user, static (changed, property) =>
    {
        Field field = All.Single(field => property.NameEquals(field.Name));
        return property.Value.ValueKind == JsonValueKind.Null ? field.Remove(changed) : field.Set(changed, property.Value)!;
    });

    private static Dictionary<string, string[]> Read(JsonElement body, bool isNew, Func<Field, JsonElement, bool> take)
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (body.ValueKind != JsonValueKind.Object)
        {
            errors["body"] = ["must be a JSON object"];
            return errors;
        }

        foreach (JsonProperty property in body.EnumerateObject())
        {
            if (Array.Find(All, field => property.NameEquals(field.Name)) is not { } field)
                errors["body"] = [$"must have no other fields than {string.Join(", ", All.Select(known => known.Name))}"];
            else if (!isNew && !field.CanChange)
                errors[field.Name] = ["cannot be changed"];
            else if (!take(field, property.Value))
                errors[field.Name] = [field.Rule];
        }

        return errors;
    }

    private static string? Text(JsonElement value, int maxLength)
        => WellFormed(value) is { } text && !string.IsNullOrWhiteSpace(text) && text.Length <= maxLength && !text.Any(IsInvisible) ? text : null;

    // Control characters, and those that reverse the direction of what follows, so that a name looks like another.
    private static bool IsInvisible(char each) => char.IsControl(each) || each is >= '\u202a' and <= '\u202e' or >= '\u2066' and <= '\u2069';

    private static string? WellFormed(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null; // An unpaired surrogate is not valid text.
        }
    }

    private static string? Match(JsonElement value, Regex pattern) => Text(value, MaxEmail) is { } text && pattern.IsMatch(text) ? text : null;

    private static int? Age(JsonElement value)
        => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int age) && age is >= 0 and <= MaxAge ? age : null;

    private static string[]? Tags(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > MaxTags)
            return null;
        string[] tags = [.. value.EnumerateArray().Select(tag => Text(tag, MaxTag)).OfType<string>()];
        return tags.Length == value.GetArrayLength() ? tags : null;
    }

    // A timestamp without an offset would depend on the machine's time zone.
    private static DateTimeOffset? Instant(JsonElement value)
        => WellFormed(value) is { } text && Offsets().IsMatch(text)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset instant)
            ? instant
            : null;

    // "." and ".." are parts of addresses that clients and servers remove, so that such a user would have no address.
    [GeneratedRegex(@"^(?!\.{1,2}$)[A-Za-z0-9_.\-]{1,100}$", RegexOptions.CultureInvariant)]
    private static partial Regex UserIds();

    [GeneratedRegex(@"^\s*[^\s@]+@[^\s@]+\.[^\s@]+\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Emails();

    [GeneratedRegex("^[a-z-]{1,30}$", RegexOptions.CultureInvariant)]
    private static partial Regex Statuses();

    [GeneratedRegex(@"T.*(Z|[+\-]\d\d:\d\d)$", RegexOptions.CultureInvariant)]
    private static partial Regex Offsets();
}
