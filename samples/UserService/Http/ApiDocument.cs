using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace UserService.Http;

/// <summary>Adds to the OpenAPI document what the routes do not state by themselves: headers, the license, and that there is no authentication.</summary>
internal static class ApiDocument
{
    private const string Tag = """^(\*|(W/)?"[^"]*"(\s*,\s*(W/)?"[^"]*")*)$""";

    private static readonly string[] Conditional = ["GetUser", "FindUserByEmail", "UpdateUser", "DeleteUser"];
    private static readonly string[] Tagged = ["GetUser", "FindUserByEmail", "UpdateUser", "CreateUser"];
    private static readonly string[] Timed = [.. Conditional, "ListUsers", "CreateUser", "ExportUser", "EraseUser"];

    public static void Configure(OpenApiOptions options)
    {
        options.AddOperationTransformer((operation, _, _) =>
        {
            AddParameters(operation);
            foreach ((string status, IOpenApiResponse response) in operation.Responses ?? [])
                AddHeaders(operation.OperationId!, status, (OpenApiResponse)response);
            return Task.CompletedTask;
        });
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "User service",
                Version = "1",
                Description = "Stores users in DynamoDB. The service has no authentication: run it behind a proxy that authenticates callers. HEAD is "
                    + "supported wherever GET is, and OPTIONS everywhere.",
                License = new OpenApiLicense { Name = "MIT", Identifier = "MIT" },
            };
            document.Servers = [new OpenApiServer { Url = "/", Description = "The server of this document" }];
            document.Security = [new OpenApiSecurityRequirement()];
            document.Tags = new HashSet<OpenApiTag>
            {
                new() { Name = "Status", Description = "The state of the service" },
                new() { Name = "Users", Description = "Single users, their list, their import, and their data" },
            };
            return Task.CompletedTask;
        });
    }

    private static void AddParameters(OpenApiOperation operation)
    {
        if (!Conditional.Contains(operation.OperationId))
            return;
        operation.Parameters ??= [];
        operation.Parameters.Add(Condition("If-Match", "Only if the user has one of these entity tags, by strong comparison, or exists (*)."));
        operation.Parameters.Add(
            Condition("If-None-Match", "Only if the user has none of these entity tags, by weak comparison. A read responds 304 otherwise."));

        static OpenApiParameter Condition(string name, string description) => new()
        {
            Name = name,
            In = ParameterLocation.Header,
            Description = description,
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = Tag },
        };
    }

    private static void AddHeaders(string operation, string status, OpenApiResponse response)
    {
        if (Tagged.Contains(operation) && status is "200" or "201" or "304")
            Add("ETag", "The entity tag of the user, which changes with each version. Absent for a user without a version.");
        if (status == "201")
            Add("Location", "The address of the user.");
        if ((operation, status) is ("ListUsers", "200"))
            Add("Link", "The address of the next page, with rel=\"next\". Absent on the last page.");
        if (status is "429" or "503" && operation != "GetHealth")
            Add("Retry-After", "The seconds after which a retry can succeed. Absent if a retry does not help.", JsonSchemaType.Integer);
        if (Timed.Contains(operation))
            Add("Server-Timing", "The requests to DynamoDB. Absent if there were none.");

        void Add(string name, string description, JsonSchemaType type = JsonSchemaType.String)
        {
            response.Headers ??= new Dictionary<string, IOpenApiHeader>();
            response.Headers[name] = new OpenApiHeader { Description = description, Schema = new OpenApiSchema { Type = type } };
        }
    }
}
