using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace IdentityService;

/// <summary>An external login for the sample, which believes every name. Replace it by a provider such as OpenID Connect.</summary>
internal sealed class TestProvider(
    IOptionsMonitor<TestProvider.Settings> options, ILoggerFactory logs, UrlEncoder encoder, IDataProtectionProvider protection)
    : RemoteAuthenticationHandler<TestProvider.Settings>(options, logs, encoder)
{
    public const string Name = "Test";

    private readonly PropertiesDataFormat _state = new(protection.CreateProtector(nameof(TestProvider)));

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        GenerateCorrelationId(properties);
        Response.Redirect($"/TestProvider?state={Uri.EscapeDataString(_state.Protect(properties))}");
        return Task.CompletedTask;
    }

    protected override Task<HandleRequestResult> HandleRemoteAuthenticateAsync()
    {
        string name = Request.Query["name"].ToString().ToLowerInvariant();
        if (_state.Unprotect(Request.Query["state"]) is not { } properties || !ValidateCorrelationId(properties))
            return Task.FromResult(HandleRequestResult.Fail("The response does not belong to a request of this browser."));
        if (name.Length is 0 or > 30 || !name.All(char.IsAsciiLetterOrDigit))
            return Task.FromResult(HandleRequestResult.Fail("The name is not valid."));

        Claim[] claims = [new(ClaimTypes.NameIdentifier, name), new(ClaimTypes.Name, name), new(ClaimTypes.Email, $"{name}@provider.example")];
        var principal = new ClaimsPrincipal(new ClaimsIdentity(claims, Name));
        return Task.FromResult(HandleRequestResult.Success(new AuthenticationTicket(principal, properties, Name)));
    }

    internal sealed class Settings : RemoteAuthenticationOptions
    {
        public Settings()
        {
            CallbackPath = "/signin-test";
            SignInScheme = IdentityConstants.ExternalScheme;
            CorrelationCookie.SameSite = SameSiteMode.Lax;
            CorrelationCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest; // The sample has no certificate.
            Events = new RemoteAuthenticationEvents
            {
                OnRemoteFailure = context =>
                {
                    context.Response.Redirect("/External");
                    context.HandleResponse();
                    return Task.CompletedTask;
                },
            };
        }
    }
}

internal static class TestProviderExtensions
{
    public static AuthenticationBuilder AddTestProvider(this AuthenticationBuilder builder)
        => builder.AddRemoteScheme<TestProvider.Settings, TestProvider>(TestProvider.Name, "Test provider", _ => { });
}
