using System.Text;
using System.Text.Json;
using UserStore;

namespace Functions;

/// <summary>Reads the body of a request to create a user field by field, so that one response reports all errors.</summary>
public sealed class UserBody
{
    private const string Body = "body";
    private const int MaxLength = 200; // Of a field: the city is part of a key of at most 1,024 bytes.
    private static readonly string[] Fields = ["email", "name", "state", "city", "zipcode"];

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>Gets the errors by field; <c>body</c> for the request as a whole.</summary>
    public SortedDictionary<string, string> Errors { get; } = new(StringComparer.Ordinal);

    /// <param name="request">A request of an HTTP API, payload format 2.0.</param>
    public static UserBody Of(JsonElement request)
    {
        var body = new UserBody();
        try
        {
            using JsonDocument json = JsonDocument.Parse(BytesOf(request));
            body.Read(json.RootElement);
        }
        catch (Exception malformed) when (malformed is JsonException or FormatException)
        {
            body.Errors[Body] = "must be JSON";
        }
        catch (InvalidOperationException)
        {
            body.Errors[Body] = "must hold well-formed Unicode text";
        }

        return body;
    }

    /// <summary>Returns the errors that the store reports, by the names of the fields in the body.</summary>
    public static SortedDictionary<string, string> ErrorsOf(InvalidUserException invalid)
    {
        var errors = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (UserRuleViolation violation in invalid.Violations)
            errors[Array.Find(Fields, field => field.Equals(violation.Field, StringComparison.OrdinalIgnoreCase)) ?? Body] = violation.Rule;
        return errors;
    }

    public PlacedUser ToUser() => new()
    {
        Email = _values["email"],
        Name = _values.GetValueOrDefault("name"),
        State = _values.GetValueOrDefault("state"),
        City = _values.GetValueOrDefault("city"),
        Zipcode = _values.GetValueOrDefault("zipcode"),
        Active = true,
    };

    private static byte[] BytesOf(JsonElement request)
    {
        string text = request.TryGetProperty(Body, out JsonElement body) ? body.GetString() ?? "" : "";
        bool isEncoded = request.TryGetProperty("isBase64Encoded", out JsonElement encoded) && encoded.ValueKind == JsonValueKind.True;
        return isEncoded ? Convert.FromBase64String(text) : Encoding.UTF8.GetBytes(text);
    }

    private void Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            Errors[Body] = "must be a JSON object";
            return;
        }

        foreach (JsonProperty field in json.EnumerateObject())
        {
            if (!Fields.Contains(field.Name))
                Errors[field.Name] = "is not known";
            else if (field.Value.ValueKind == JsonValueKind.String)
                Take(field.Name, field.Value.GetString()!);
            else if (field.Value.ValueKind != JsonValueKind.Null)
                Errors[field.Name] = "must be a text";
        }

        if (!_values.ContainsKey("email") && !Errors.ContainsKey("email"))
            Errors["email"] = "is required";
    }

    private void Take(string field, string value)
    {
        if (value.Length > MaxLength)
            Errors[field] = $"must not be longer than {MaxLength} characters";
        else
            _values[field] = value;
    }
}
