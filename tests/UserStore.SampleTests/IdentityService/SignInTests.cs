using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using global::IdentityService;

namespace UserStore.SampleTests.IdentityService;

[Collection(SharedIdentityService.Name)]
public sealed class SignInTests(RunningIdentityService service) : IDisposable
{
    private readonly string _email = $"{Guid.NewGuid():N}@example.test";
    private readonly string _name = $"n{Guid.NewGuid():N}"[..20];
    private readonly Visitor _visitor = new(service.Address);

    public void Dispose() => _visitor.Dispose();

    [Fact]
    public async Task A_program_registers_and_signs_in_by_the_endpoints_of_Identity()
    {
        (await PostAsync("register")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await PostAsync("register")).StatusCode.Should().Be(HttpStatusCode.BadRequest, "the email is in use");
        HttpResponseMessage signedIn = await PostAsync("login");
        JsonElement tokens = await signedIn.Content.ReadFromJsonAsync<JsonElement>();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/manage/info");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", tokens.GetProperty("accessToken").GetString());

        HttpResponseMessage info = await _visitor.Http.SendAsync(request);

        (await info.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("email").GetString().Should().Be(_email);
        (await _visitor.Http.GetAsync("/api/manage/info")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Five_wrong_passwords_on_pages_and_endpoints_lock_the_account_for_both()
    {
        await PostAsync("register");

        for (int attempt = 1; attempt <= 3; attempt++)
            (await PostAsync("login", "wrong")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await _visitor.SignInAsync(_email, "wrong")).Html.Should().Contain("The email or password is wrong.");
        (await service.FindAsync(_email))!.LockoutEnd.Should().BeNull();
        (await _visitor.SignInAsync(_email, "wrong")).Html.Should().Contain("The account is locked");

        (await _visitor.SignInAsync(_email)).Html.Should().Contain("The account is locked");
        HttpResponseMessage refused = await PostAsync("login");
        (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString().Should().Be("LockedOut");
        (await service.FindAsync(_email))!.LockoutEnd.Should().BeAfter(DateTimeOffset.UtcNow);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("", true)]
    [InlineData("not JSON", true)]
    [InlineData("{}", true)]
    [InlineData("null", true)]
    [InlineData("""{"id":"AA","rawId":"AA","type":"public-key","clientExtensionResults":{},"response":{}}""", true)]
    [InlineData("{}", false)]
    public async Task A_malformed_passkey_is_reported_on_the_page(string? credential, bool hasChallenge)
    {
        if (hasChallenge)
            await _visitor.SubmitAsync("/Login", "PasskeyOptions");

        Shown refused = await _visitor.SubmitAsync("/Login", "Passkey", ("credential", credential));

        (refused.Response.StatusCode, refused.Path).Should().Be((HttpStatusCode.OK, "/Login"));
        refused.Html.Should().Contain("The passkey could not be verified.");
    }

    [Theory]
    [InlineData(null, "Options")]
    [InlineData("not JSON", "Options")]
    [InlineData("{}", "Options")]
    [InlineData("{}", "")]
    public async Task A_malformed_new_passkey_is_reported_on_the_page_and_not_stored(string? credential, string challenge)
    {
        await _visitor.RegisterAsync(_email);
        if (challenge.Length > 0)
            await _visitor.SubmitAsync("/Passkeys", challenge);

        Shown refused = await _visitor.SubmitAsync("/Passkeys", "Add", ("credential", credential), ("Name", "Laptop"));

        (refused.Response.StatusCode, refused.Path).Should().Be((HttpStatusCode.OK, "/Passkeys"));
        refused.Html.Should().Contain("The passkey could not be verified.");
        (await service.FindAsync(_email))!.Passkeys.Should().BeNullOrEmpty();
    }

    [Fact]
    public async Task A_challenge_to_create_a_passkey_cannot_be_used_to_sign_in()
    {
        await _visitor.RegisterAsync(_email);
        await _visitor.SubmitAsync("/Passkeys", "Options");

        (await _visitor.SubmitAsync("/Login", "Passkey", ("credential", "{}"))).Html.Should().Contain("The passkey could not be verified.");
    }

    [Fact]
    public async Task Passkeys_belong_to_the_domain_of_the_settings_whatever_host_a_request_names()
    {
        Shown options = await _visitor.SubmitAsync("/Login", "PasskeyOptions");

        service.Address.Host.Should().Be("127.0.0.1");
        JsonDocument.Parse(options.Html).RootElement.GetProperty("rpId").GetString().Should().Be("localhost");
    }

    [Theory]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("[::1]:5390", HttpStatusCode.OK)]
    [InlineData("evil.example", HttpStatusCode.BadRequest)]
    [InlineData("localhost.evil.example", HttpStatusCode.BadRequest)]
    public async Task Only_requests_for_this_machine_are_accepted(string host, HttpStatusCode status)
    {
        foreach (string path in new[] { "/", "/Login", "/identity.css" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = host } };
            (await _visitor.Http.SendAsync(request)).StatusCode.Should().Be(status);
        }
    }

    [Fact]
    public async Task An_external_login_registers_the_user_once_and_without_a_password()
    {
        Shown first = await _visitor.SignInExternallyAsync(_name);
        AppUser registered = (await service.FindAsync($"{_name}@provider.example"))!;
        using var other = new Visitor(service.Address);
        Shown second = await other.SignInExternallyAsync(_name);

        (first.Path, second.Path).Should().Be(("/Account", "/Account"));
        registered.PasswordHash.Should().BeNull();
        registered.Logins.Should().ContainSingle().Which.ProviderKey.Should().Be(_name);
        (await service.FindAsync($"{_name}@provider.example"))!.Id.Should().Be(registered.Id);
    }

    [Fact]
    public async Task An_external_login_does_not_take_over_an_account_with_the_same_email()
    {
        await _visitor.RegisterAsync($"{_name}@provider.example");
        using var other = new Visitor(service.Address);

        Shown refused = await other.SignInExternallyAsync(_name);

        refused.Path.Should().Be("/External");
        refused.Html.Should().Contain("is already taken");
        (await other.OpenAsync("/Account")).Path.Should().Be("/Login");
        (await service.FindAsync($"{_name}@provider.example"))!.Logins.Should().BeNullOrEmpty();
    }

    [Fact]
    public async Task A_response_of_the_provider_is_valid_only_in_the_browser_that_requested_it()
    {
        string state = Visitor.StateOf((await _visitor.SubmitAsync("/Login", "External")).Html);
        using var other = new Visitor(service.Address);

        Shown refused = await other.OpenAsync($"/signin-test?name={_name}&state={Uri.EscapeDataString(state)}");

        refused.Path.Should().Be("/External");
        refused.Html.Should().Contain("The external login failed");
        (await service.FindAsync($"{_name}@provider.example")).Should().BeNull();
    }

    [Fact]
    public async Task An_external_login_that_was_not_requested_as_a_link_is_not_linked()
    {
        await _visitor.RegisterAsync(_email);
        string state = Visitor.StateOf((await _visitor.SubmitAsync("/Login", "External")).Html);
        await _visitor.ReceiveAsync($"/signin-test?name={_name}&state={Uri.EscapeDataString(state)}");

        Shown refused = await _visitor.OpenAsync("/Logins?handler=Linked");

        refused.Html.Should().Contain("The external login failed");
        (await service.FindAsync(_email))!.Logins.Should().BeNullOrEmpty();
    }

    [Fact]
    public async Task The_only_way_to_sign_in_cannot_be_removed()
    {
        await _visitor.SignInExternallyAsync(_name);
        (await _visitor.OpenAsync("/Logins")).Html.Should().Contain(_name).And.NotContain("Unlink");

        Shown refused = await _visitor.SubmitAsync("/Logins", $"Unlink&provider=Test&key={_name}");

        refused.Html.Should().Contain("Without this external login, you could not sign in.");
        (await service.FindAsync($"{_name}@provider.example"))!.Logins.Should().ContainSingle();
    }

    private Task<HttpResponseMessage> PostAsync(string endpoint, string password = Visitor.Password)
        => _visitor.Http.PostAsJsonAsync($"/api/{endpoint}", new { email = _email, password });
}
