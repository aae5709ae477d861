using System.Net;
using System.Text.Json;
using global::IdentityService;
using UserStore.Privacy;

namespace UserStore.SampleTests.IdentityService;

[Collection(SharedIdentityService.Name)]
public sealed class AccountPageTests(RunningIdentityService service) : IDisposable
{
    private readonly string _email = $"{Guid.NewGuid():N}@example.test";
    private readonly Visitor _visitor = new(service.Address);

    public void Dispose() => _visitor.Dispose();

    [Fact]
    public async Task The_first_page_says_what_to_do_and_where_the_users_are()
    {
        Shown start = await _visitor.OpenAsync("/");

        start.Path.Should().Be("/");
        start.Html.Should().ContainAll("href=\"/Register\"", "href=\"/Login\"", "/api/register", "The users are stored in: DynamoDB");
    }

    [Fact]
    public async Task A_person_registers_signs_out_and_signs_in()
    {
        (await _visitor.OpenAsync("/Account")).Path.Should().Be("/Login");
        Shown registered = await _visitor.RegisterAsync(_email);
        Shown signedOut = await _visitor.SubmitAsync("/Account", "SignOut");
        Shown refused = await _visitor.OpenAsync("/Account");
        Shown signedIn = await _visitor.SignInAsync(_email);

        (registered.Path, signedOut.Path, refused.Path, signedIn.Path).Should().Be(("/Account", "/Login", "/Login", "/Account"));
        signedIn.Html.Should().Contain(_email);
        (await service.FindAsync(_email))!.PasswordHash.Should().NotBeNull().And.NotContain(Visitor.Password);
    }

    [Fact]
    public async Task An_email_that_is_in_use_is_reported_at_its_field()
    {
        await _visitor.RegisterAsync(_email);
        using var other = new Visitor(service.Address);

        Shown refused = await other.RegisterAsync(_email.ToUpperInvariant());

        refused.Path.Should().Be("/Register");
        refused.Html.Should().MatchRegex("<input[^>]*id=\"Email\"[^>]*aria-invalid=\"true\"").And.Contain("is already taken");
        refused.Html.Should().NotMatchRegex("<input[^>]*id=\"Password\"[^>]*aria-invalid");
    }

    [Fact]
    public async Task The_download_has_all_data_of_the_person_but_the_values_of_credentials()
    {
        await _visitor.RegisterAsync(_email);
        await _visitor.SubmitAsync("/Authenticator", "Key");
        string name = $"a{Guid.NewGuid():N}"[..20];
        (await _visitor.SignInExternallyAsync(name, "/Logins", "Link")).Html.Should().Contain("The external login was linked.");

        Shown download = await _visitor.SubmitAsync("/Account", "Download");

        AppUser stored = (await service.FindAsync(_email))!;
        JsonElement data = JsonDocument.Parse(download.Html).RootElement;
        download.Response.Content.Headers.ContentDisposition!.FileName.Should().Be("personal-data.json");
        JsonElement[] items = [.. data.GetProperty("items").EnumerateArray()];
        items.Select(item => item.GetProperty("kind").GetString()).Should().Contain("reservation", "the email and the login are unique");
        JsonElement user = items.Single(item => item.GetProperty("kind").GetString() == "user").GetProperty("attributes");
        user.GetProperty("email").GetString().Should().Be(_email);
        StringsOf(user).Should().Contain([stored.Id, name]);
        user.GetProperty("password_hash").GetString().Should().StartWith("(withheld");
        StringsOf(data).Should().NotContain([stored.PasswordHash!, stored.SecurityStamp!, stored.AuthenticatorKey!]);
    }

    [Fact]
    public async Task Deletion_requires_the_password_removes_the_user_and_frees_the_email_and_the_login()
    {
        await _visitor.RegisterAsync(_email);
        string name = $"d{Guid.NewGuid():N}"[..20];
        await _visitor.SignInExternallyAsync(name, "/Logins", "Link");
        string id = (await service.FindAsync(_email))!.Id;

        Shown refused = await _visitor.SubmitAsync("/Account", "Delete", ("Password", "wrong"));
        refused.Html.Should().Contain("The password is wrong.").And.MatchRegex("<input[^>]*id=\"Password\"[^>]*aria-invalid=\"true\"");
        (await service.FindAsync(_email)).Should().NotBeNull();
        Shown deleted = await _visitor.SubmitAsync("/Account", "Delete", ("Password", Visitor.Password));

        deleted.Path.Should().Be("/");
        (await service.FindAsync(_email)).Should().BeNull();
        (await service.ExportAsync(id)).Should().BeEmpty("everything that was stored is erased");
        (int receipts, IReadOnlyList<UserRemnant> left) = await service.VerifyErasedAsync();
        receipts.Should().BePositive();
        left.Should().BeEmpty();
        (await _visitor.OpenAsync("/Account")).Path.Should().Be("/Login");
        (await _visitor.RegisterAsync(_email)).Path.Should().Be("/Account");
        (await _visitor.SignInExternallyAsync(name, "/Logins", "Link")).Html.Should().Contain("The external login was linked.");
        (await service.FindAsync(_email))!.Id.Should().NotBe(id);
    }

    [Fact]
    public async Task A_session_ends_when_its_user_is_deleted_elsewhere()
    {
        await _visitor.RegisterAsync(_email);
        using var other = new Visitor(service.Address);
        await other.SignInAsync(_email);
        await other.SubmitAsync("/Account", "Delete", ("Password", Visitor.Password));

        Shown refused = await _visitor.OpenAsync("/Account");

        (refused.Path, refused.Response.StatusCode).Should().Be(("/Login", HttpStatusCode.OK));
    }

    [Fact]
    public async Task Opening_the_page_of_the_authenticator_app_changes_nothing_and_a_key_is_created_on_request()
    {
        await _visitor.RegisterAsync(_email);
        long? version = (await service.FindAsync(_email))!.Version;

        await _visitor.OpenAsync("/Authenticator");
        (await service.FindAsync(_email))!.Version.Should().Be(version);
        Shown created = await _visitor.SubmitAsync("/Authenticator", "Key");

        created.Html.Should().Contain((await service.FindAsync(_email))!.AuthenticatorKey);
    }

    [Fact]
    public async Task A_wrong_code_does_not_enable_the_second_factor()
    {
        await _visitor.RegisterAsync(_email);
        await _visitor.SubmitAsync("/Authenticator", "Key");

        Shown refused = await _visitor.SubmitAsync("/Authenticator", "Enable", ("Code", "000 00"));

        refused.Html.Should().Contain("The code is wrong.");
        (await service.FindAsync(_email))!.TwoFactorEnabled.Should().BeFalse();
    }

    private static IEnumerable<string> StringsOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => StringsOf(property.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(StringsOf),
        _ => [element.ToString()],
    };
}
