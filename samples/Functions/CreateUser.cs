using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using UserStore;

namespace Functions;

/// <summary>Handles <c>POST /</c> of the HTTP API: creates a user.</summary>
/// <remarks>Handler: <c>Functions::Functions.CreateUser::HandleAsync</c>.</remarks>
public sealed partial class CreateUser(IUserStore<PlacedUser> users, ILogger<CreateUser> logger)
{
    public CreateUser()
        : this(Services.Shared.GetRequiredService<IUserStore<PlacedUser>>(), Services.Shared.GetRequiredService<ILogger<CreateUser>>())
    {
    }

    /// <param name="input">A request of an HTTP API, payload format 2.0.</param>
    /// <returns>The response: 201 with the user, 400 with the violated rule of each field, 409 if the email is in use, 503 if a retry may
    /// succeed. Other failures are thrown, so that Lambda counts them as errors of the function.</returns>
    public async Task<Stream> HandleAsync(Stream input)
    {
        try
        {
            using JsonDocument request = await JsonDocument.ParseAsync(input);
            var body = UserBody.Of(request.RootElement);
            if (body.Errors.Count > 0)
                return Respond(HttpStatusCode.BadRequest, json => WriteProblem(json, "The user is not valid.", body.Errors));

            PlacedUser user = await users.CreateAsync(body.ToUser());
            return Respond(HttpStatusCode.Created, json => WriteUser(json, user));
        }
        catch (InvalidUserException invalid)
        {
            return Respond(HttpStatusCode.BadRequest, json => WriteProblem(
                json, "The user is not valid.", UserBody.ErrorsOf(invalid)));
        }
        catch (UserValueInUseException)
        {
            return Respond(HttpStatusCode.Conflict, json => WriteProblem(
                json, "The email is taken.", new SortedDictionary<string, string> { ["email"] = "is taken by another user" }));
        }
        catch (UserStoreException failure)
        {
            LogFailure(failure.GetType().Name, failure.Message);
            if (!failure.IsTransient)
                throw;
            return Respond(HttpStatusCode.ServiceUnavailable, json => WriteProblem(json, "Try again later.", []));
        }
    }

    // The messages of the store contain ids and table names only; those of its inner exceptions can contain values.
    [LoggerMessage(1, LogLevel.Error, "The user could not be created: {Error}: {Reason}")]
    private partial void LogFailure(string error, string reason);

    private static void WriteUser(Utf8JsonWriter json, PlacedUser user)
    {
        json.WriteString("user_id", user.UserId);
        json.WriteString("email", user.Email);
        json.WriteString("name", user.Name);
        json.WriteString("state", user.State);
        json.WriteString("city", user.City);
        json.WriteString("zipcode", user.Zipcode);
        json.WriteBoolean("active", user.Active);
        json.WriteString("created_at", user.CreatedAt);
    }

    private static void WriteProblem(Utf8JsonWriter json, string title, SortedDictionary<string, string> errors)
    {
        json.WriteString("title", title);
        json.WriteStartObject("errors");
        foreach ((string field, string rule) in errors)
            json.WriteString(field, rule);
        json.WriteEndObject();
    }

    private static MemoryStream Respond(HttpStatusCode status, Action<Utf8JsonWriter> writeBody)
    {
        var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteNumber("statusCode", (int)status);
            json.WriteStartObject("headers");
            json.WriteString("content-type", (int)status < 400 ? "application/json" : "application/problem+json");
            json.WriteEndObject();
            json.WriteString("body", ToText(writeBody));
            json.WriteEndObject();
        }

        output.Position = 0;
        return output;
    }

    private static string ToText(Action<Utf8JsonWriter> writeBody)
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            writeBody(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(output.ToArray());
    }
}
