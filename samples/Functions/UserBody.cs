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

    /// <summary>Gets the errors by field; <c>body</c> for the body as a whole, <c>event</c> for what is not a request.</summary>
    public SortedDictionary<string, string> Errors { get; } = new(StringComparer.Ordinal);

    /// <param name="request">A request of an HTTP API, payload format 2.0.</param>
    public static UserBody Of(JsonElement request)
    {
        var body = new UserBody();
        try
        {
            if (body.ReadBytes(request) is { } bytes)
            {
                using JsonDocument json = JsonDocument.Parse(bytes);
                body.Read(json.RootElement);
            }
        }
        catch (FormatException)
        {
            body.Errors[Body] = "must be Base64";
        }
        catch (JsonException)
        {
            body.Errors[Body] = "must be JSON";
        }
        catch (InvalidOperationException)
        {
            body.Errors[Body] = "must be well-formed Unicode text"; // an unpaired surrogate, which JSON can escape
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

    private byte[]? ReadBytes(JsonElement request)
    {
        if (request.ValueKind != JsonValueKind.Object)
        {
            Errors["event"] = "must be a JSON object, the request of an HTTP API";
            return null;
        }

        JsonElement body = request.TryGetProperty(Body, out JsonElement found) ? found : default;
        if (body.ValueKind is not (JsonValueKind.String or JsonValueKind.Null or JsonValueKind.Undefined))
        {
            Errors[Body] = "must be a string, which contains JSON";
            return null;
        }

        string text = body.ValueKind == JsonValueKind.String ? body.GetString()! : "";
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
                Errors[field.Name] = "must be a string";
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
